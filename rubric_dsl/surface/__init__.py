"""A rubric as written: the tree, how text becomes it, how it is printed."""
