"""The Zhejiang 12345 evaluation of 2020: its rubric, its synthetic calls and what its report prints."""
