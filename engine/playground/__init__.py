"""Small worlds in which the best possible network and every density are known."""
