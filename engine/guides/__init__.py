"""What bends a sample while it forms: areas of classes, colours, style, what CLIP sees, or the user's own loss."""
