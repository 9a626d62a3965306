"""Files in, files out: what the `sample` command does."""
