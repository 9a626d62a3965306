"""Overlays on the canvases: comparing, cropping and extending."""
