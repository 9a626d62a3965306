"""The joint Gaussian-categorical diffusion process."""
