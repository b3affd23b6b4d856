"""The cases as data: what stands in each folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One folder: a rubric, its observations and the answer."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def rubric(self) -> Path:
        return self.folder / "case.rubric"

    @cached_property
    def expected(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads((self.folder / "expected.json").read_text(encoding="utf-8"))
        return answer

    @property
    def why(self) -> str:
        return (self.folder / "why.md").read_text(encoding="utf-8")

    def answers(self) -> int:
        """How many single answers the case states."""
        said = self.expected
        periods = said.get("periods", {})
        by_subject = [
            part.get(key, {}) for part in (said, *periods.values()) for key in ("subjects", "irrational", "rankings")
        ]
        listed = [said.get(key, []) for key in ("refused", "unobserved")]
        return sum(len(inner) for outer in by_subject for inner in outer.values()) + sum(map(len, listed)) + (
            1 if said.get("run_error") else 0
        ) + (1 if periods else 0)


def all_cases() -> list[Case]:
    """Every folder that holds a rubric, by name."""
    return [Case(path.parent) for path in sorted(HERE.glob("*/case.rubric"))]


def case(name: str) -> Case:
    return Case(HERE / name)
