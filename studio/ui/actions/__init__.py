"""Commands, menus and shortcuts."""
