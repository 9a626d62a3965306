"""The forms that data sets come in, one module each: `find` tells whether a folder has the form, and lists its pairs.

Every reader lists lazily and leaves bad files to the reading, which names and counts them (data/pairs.py).
"""
