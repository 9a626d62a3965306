"""Colours, icons, fonts and layout helpers."""
