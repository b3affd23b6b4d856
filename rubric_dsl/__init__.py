"""rubric_dsl: scoring rules as a text that an expert reads and a compiler runs."""

__version__ = "0.1.0"
