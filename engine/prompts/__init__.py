"""Prompts and captions: the classes they name, places and numbers of these, and brightness."""
