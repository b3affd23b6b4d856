"""Beginning a rubric: starters that pass every check, and scoring sheets that are kept as workbooks."""
