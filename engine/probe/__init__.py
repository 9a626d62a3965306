"""New classes from a few marked images: small classifiers of the network's features  [Baranchuk et al. 2022]."""
