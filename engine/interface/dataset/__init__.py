"""The files of an export: their order, their manifest, their formats. No torch, so that the studio may read them."""
