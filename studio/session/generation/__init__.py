"""Requests to the engine, their order, and what is shown meanwhile."""
