"""Windows and dialogs other than the main window."""
