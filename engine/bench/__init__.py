"""Benchmarks: costs beside those of other implementations, measured on one machine in one run."""
