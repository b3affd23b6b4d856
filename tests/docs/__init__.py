"""The documentation runs: every block is compiled, scored and compared, and what is generated is up to date."""
