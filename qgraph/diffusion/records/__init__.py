"""Events: who did what with which measure, and when; from a graph or a file, as cascades."""
