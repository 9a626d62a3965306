"""From one request to its pictures."""
