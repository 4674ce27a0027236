"""Event history analysis: who was at risk when, and what made the difference."""
