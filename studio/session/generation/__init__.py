"""When the engine is asked, for what, and what comes of it."""
