"""Beginning a rubric: starters that pass every check, and the form in which observations are collected."""
