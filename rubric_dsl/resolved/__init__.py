"""A rubric as meant: names bound, types, units, grain and presence known, expressions as numbered operations."""
