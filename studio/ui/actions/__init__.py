"""Commands, menus and keyboard shortcuts."""
