"""Growth curves: how the number of adopters rises, and how far that can be foretold."""
