"""The networks: the joint U-Net and its text tower."""
