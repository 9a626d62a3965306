"""Exports and the browser of exported data sets."""
