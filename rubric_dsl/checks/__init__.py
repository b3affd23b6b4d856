"""What resolving alone cannot see: whether tables cover, worths add up, rankings are said in full."""
