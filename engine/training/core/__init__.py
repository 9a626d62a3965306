"""What every training shares: the run, optimisers, averages, distribution, frames."""
