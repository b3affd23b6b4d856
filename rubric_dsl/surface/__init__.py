"""A rubric as written: the tree, how text becomes it, how it is printed.

This stage knows what the text says and where: which sentence each line is, what stands below what, in whichever of the
two languages. It does not know what a name means, whether a value has a type, or whether a table is complete. Read
`from_text.parse` first; on the way down from there are logical lines (`lines`), the outline, one line (`parsed_line`:
`tokens`, `sentence`, `build`), and why a line is no sentence (`stopped`). `print` is the way back.
"""
