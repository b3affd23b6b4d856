"""Observations as read: every cell accounted for, every refusal and repair with its place."""
