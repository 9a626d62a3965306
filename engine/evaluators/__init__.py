"""What a pack judges pictures with: a segmenter, and a pair of towers that tells how well a text fits a picture."""
