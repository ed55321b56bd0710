"""One notebook, from its bytes to its points."""
