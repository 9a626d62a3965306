"""The path of a request: it is validated, resolved, sampled in a batch and, if wanted, brought to full size."""
