"""Diffusion networks: who follows whom, and which of that is more than chance."""
