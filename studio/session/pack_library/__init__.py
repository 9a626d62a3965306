"""Installed packs and the installation of new ones."""
