"""Readers of data sets, one module for each format: `detect_dataset` gives the data set of a folder, or None.

Readers list pairs without opening their pictures; bad files are reported when a pair is read (`engine.data.pairs`).
"""
