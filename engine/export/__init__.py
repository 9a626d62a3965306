"""As many image/layout pairs as asked for, in the form that other people's tools read: the `export` command."""
