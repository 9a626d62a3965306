"""New classes from a few marked images: small classifiers on what the network already sees [Baranchuk et al. 2022]."""
