"""Training of a pack's base: both halves together."""
