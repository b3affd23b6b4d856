"""What programs use: `compile_rubric` and `score`, on files and on frames, with results as frames.

The public names stand in `rubric_dsl` itself; importing that loads nothing until one of them is used. What the command
line says as an exit code and on standard error is an exception here, with the same records.
"""
