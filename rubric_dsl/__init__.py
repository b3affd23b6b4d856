"""rubric_dsl: scoring rules as a text that an expert reads and a compiler runs.

For programs: `compile_rubric` and `score`. Importing this loads nothing else until one of the names is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rubric_dsl.api.compiling import Plan, compile_rubric
    from rubric_dsl.api.errors import (
        NotFinished,
        NotInstalled,
        ObservationsRefused,
        RubricError,
        RubricHasErrors,
        WrongUse,
    )
    from rubric_dsl.api.scoring import Result, Table, score

__version__ = "0.1.0"

__all__ = [
    "NotFinished", "NotInstalled", "ObservationsRefused", "Plan", "Result", "RubricError", "RubricHasErrors", "Table",
    "WrongUse", "__version__", "compile_rubric", "score",
]

_MODULES = {
    "compile_rubric": "compiling", "Plan": "compiling", "score": "scoring", "Result": "scoring", "Table": "scoring",
} | dict.fromkeys(
    ("RubricError", "RubricHasErrors", "ObservationsRefused", "NotFinished", "WrongUse", "NotInstalled"), "errors")


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"rubric_dsl.api.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
