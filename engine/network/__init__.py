"""The networks: the joint U-Net and its text tower, and the U-Nets of the segmenter and the upscaler."""
