"""Units compared: who is early, who leads, who was surrounded by adopters."""
