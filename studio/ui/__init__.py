"""The studio's widgets: they show the session and pass input on to it."""
