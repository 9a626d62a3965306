"""One module for each form of a data set: which files a pair becomes, and which belong to the whole."""
