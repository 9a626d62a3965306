"""How good a pack is, in numbers: `diptych-engine evaluate`."""
