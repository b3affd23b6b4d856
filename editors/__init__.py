"""What editors need to know of the language without asking its service."""
