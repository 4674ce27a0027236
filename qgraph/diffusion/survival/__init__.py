"""Survival analysis: how long until an event, with delayed entry, censoring and ties."""
