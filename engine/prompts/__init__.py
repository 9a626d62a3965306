"""Prompts and captions: what they name, where, and how bright."""
