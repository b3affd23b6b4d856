"""How much the properties try: little in every run, much with RUBRIC_LONG=1."""

from __future__ import annotations

import os

LONG = os.environ.get("RUBRIC_LONG") == "1"


def count(usual: int, long: int) -> int:
    return long if LONG else usual
