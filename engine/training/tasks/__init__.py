"""Training of everything else: few-step networks, full-size stages and evaluators."""
