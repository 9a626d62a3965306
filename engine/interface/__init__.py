"""What the engine and the studio share: messages, rasters, packs on disk, errors and files. No torch."""
