"""Training: `diptych-engine train CONFIG.toml`."""
