"""A pack's evaluators: a segmenter, and a CLIP pair that measures how well texts fit images."""
