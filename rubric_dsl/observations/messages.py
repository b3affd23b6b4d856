"""What a refusal or a repair says to people: its reason, and the one next act that mends it."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.diagnostics import prose
from rubric_dsl.observations.model import Refusal, Repair
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class NextAct:
    """The text of a refusal's next act, behind its reason: `; write `2020-01-05``. Empty without a key."""

    code: str
    key: str | None
    facts: Mapping[str, object]

    def shown(self, lang: str) -> str:
        if self.key is None:
            return ""
        said = prose.entry(self.code)
        text = prose.fill(str(said.get(lang, said["en"])["helps"][self.key]), self.facts, lang)
        return f"；{text}" if lang == "zh" else f"; {text}"


def with_next_act(code: str, facts: Mapping[str, object]) -> Mapping[str, object]:
    """The facts with `help`, the key of a next act or none, as its text: templates that have one end with `{help}`."""
    key = facts.get("help")
    return {**facts, "help": NextAct(code, key if isinstance(key, str) else None, facts)}


def message(refusal: Refusal, lang: str) -> str:
    """The reason alone; file, row, column and value stand before it. Holds no value of a private column."""
    return prose.message(refusal, lang)


def repair_message(repair: Repair, lang: str) -> str:
    facts = {"before": repair.before, "after": repair.after}
    return prose.fill(str(prose.entry(repair.code).get(lang, prose.entry(repair.code)["en"])["message"]), facts, lang)
