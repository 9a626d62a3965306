"""The two halves on screen."""
