"""A result as a workbook with live formulas, which lead from the observations to the ranks.

A spreadsheet computes in floating point: its numbers show the way and decide nothing. The check sheet holds each of
them against the exact value. What has no formula stands as a value and is listed there.
"""
