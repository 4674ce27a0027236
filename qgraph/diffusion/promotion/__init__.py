"""Promotion: which share of measures, after how long, by whose count."""
