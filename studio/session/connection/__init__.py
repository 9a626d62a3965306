"""The engine's process and its messages."""
