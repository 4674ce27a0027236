"""Simulation: what if a measure had started elsewhere, and do our methods keep their word."""
