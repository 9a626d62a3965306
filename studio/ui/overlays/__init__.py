"""What lies over a canvas: comparison, cropping, extension."""
