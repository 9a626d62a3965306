"""Data set formats: the files of a pair, and the files of the whole set."""
