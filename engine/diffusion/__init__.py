"""The Gaussian-categorical diffusion process with a clock for every pixel of each half. It imports torch only."""
