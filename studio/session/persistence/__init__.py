"""What is kept on disk: projects, the journal, autosaves."""
