"""Theme, language, and helpers for layouts, item views and drawing."""
