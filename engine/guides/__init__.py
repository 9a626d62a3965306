"""Guides, which steer the sampler: class areas, colours, style, CLIP, classifiers, prompts' rules, user functions."""
