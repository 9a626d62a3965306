"""Widgets only: they show the session and pass on what a person does."""
