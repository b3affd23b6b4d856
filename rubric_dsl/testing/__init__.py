"""A rubric's own tests: rows given in the rubric, answers expected there, scored like any other observations."""
