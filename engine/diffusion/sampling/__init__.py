"""Sampling from the process: trajectories, solvers, guidance, windows."""
