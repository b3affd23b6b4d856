"""A 测评细则 kept as a workbook: read into a rubric, and written from one; every line knows the cell it came from."""
