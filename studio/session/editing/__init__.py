"""The open picture and the tools that change it."""
