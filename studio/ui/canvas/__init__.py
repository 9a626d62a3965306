"""The canvases that show and edit the two halves of the picture."""
