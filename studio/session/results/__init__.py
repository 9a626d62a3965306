"""Finished pictures and how they came about."""
