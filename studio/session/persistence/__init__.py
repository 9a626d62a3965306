"""Files: projects, the stroke journal, autosaves, imports and exports."""
