"""The Diptych studio: the window in which people paint. It never imports torch."""
