"""Rows of a plan as expressions over columns of whole numbers, for engines that take all rows at once."""
