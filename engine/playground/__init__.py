"""Toy distributions for which the optimal network and every density are known exactly."""
