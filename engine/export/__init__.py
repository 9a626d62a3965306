"""Exports of image-layout pairs as data sets in common formats: the `export` command."""
