"""What our work costs beside that of others, measured on one machine in one run."""
