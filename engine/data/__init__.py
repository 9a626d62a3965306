"""Pairs of images and layouts: reading them, describing them in words, and choosing what of them is given."""
