"""Docked parts of the main window."""
