"""Editions of a rubric beside each other: what changed in meaning, who moves because of it,
and how firm a ranking is."""
