"""Whether a result is a draft or final, and what a run hands to a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rubric_dsl.text.record import dataclass

if TYPE_CHECKING:  # every run is a draft or final, few are corrected
    from rubric_dsl.observations.corrected import Correcting
    from rubric_dsl.observations.corrections import Corrections
    from rubric_dsl.results.effects import Effects
    from rubric_dsl.results.json import ReasonsOf
    from rubric_dsl.results.model import Result


@dataclass(frozen=True, slots=True)
class Final:
    """Who declared a result final, and on which day (`2021-01-13`)."""

    by: str
    date: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What came out: a result a period with its reasons; `corrected` with corrections."""

    results: Sequence[tuple[Result, ReasonsOf]]
    corrected: tuple[Corrections, Correcting, Effects] | None = None


def status_json(final: Final | None) -> dict[str, Any]:
    return {"state": "draft"} if final is None else {"state": "final", "by": final.by, "date": final.date}
