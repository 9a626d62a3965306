"""Packs: configuration, weights and the few-step network."""
