"""Exact numbers: decimals, rationals, enclosed irrationals, rounding, ranges, expert panels."""
