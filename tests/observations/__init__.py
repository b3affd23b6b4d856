"""Reading observations."""
