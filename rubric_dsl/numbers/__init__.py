"""Exact numbers: what a cell, a literal or a result is worth, without a float anywhere.

`decimals` is the one gate through which numbers enter; `reals` has arithmetic over rationals and enclosed irrationals;
`rounding`, `ranges` and `show` are what their names say; `panels` makes weights from the judgements of experts. This
package knows nothing of rubrics and imports no other.
"""
