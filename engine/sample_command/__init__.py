"""The `sample` command: input files to requests, and results to files."""
