"""What a rubric amounts to, in one line: indicators, touchpoints in how many scenarios, full marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.show import shown
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.panels import values_of
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """`touchpoint_instances` counts a touchpoint once in each scenario that it belongs to (`strata` of them)."""

    indicators: int
    touchpoints: int
    strata: int
    touchpoint_instances: int
    least: int
    """Touchpoints in the scenario with the fewest."""
    most: int
    worth: str
    panels: tuple[tuple[str, tuple[tuple[str, Exact], ...]], ...] = ()
    """Weights by panel: what a panel of ratings or judgements amounts to."""
    measures: int = 0
    """Measures and classifications."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of panels and their items, where they have one."""

    def as_json(self) -> dict[str, int | str]:
        return {
            "indicators": self.indicators,
            "touchpoints": self.touchpoints,
            "strata": self.strata,
            "touchpoint_instances": self.touchpoint_instances,
            "worth": self.worth,
        }

    def shown(self, lang: str) -> str:
        """`176 touchpoints (22 in each of 8 scenarios), worth 100`."""
        zh = lang == "zh"
        if not self.touchpoints and not self.indicators:
            return f"{self.measures} 项测算" if zh else _count(self.measures, "measure")
        return self._made_of(zh) + (f"，满分 {self.worth}" if zh else f", worth {self.worth}")

    def _made_of(self, zh: bool) -> str:
        if not self.touchpoints:
            return f"{self.indicators} 个指标" if zh else _count(self.indicators, "indicator")
        if not self.strata:
            return f"{self.touchpoints} 个触点" if zh else _count(self.touchpoints, "touchpoint")
        each = f"{self.most}"
        if self.least != self.most:
            each = f"{self.least}–{self.most}" if zh else f"{self.least} to {self.most}"
        if zh:
            return f"{self.touchpoint_instances} 个触点（{self.strata} 个场景，每个场景 {each} 个）"
        return f"{self.touchpoint_instances} touchpoints ({each} in each of {self.strata} scenarios)"

    def panels_shown(self, lang: str) -> list[str]:
        """A line a panel: `shares: connect 6%, environment 4%`."""
        colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
        labels = self.labels if lang == "zh" else {}
        return [
            labels.get(name, name)
            + colon
            + comma.join(f"{labels.get(item, item)} {shown(weight, 'percent', lang)}" for item, weight in weights)
            for name, weights in self.panels
        ]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _panels(resolved: Resolved) -> tuple[tuple[str, tuple[tuple[str, Exact], ...]], ...]:
    found = []
    for name, binding in resolved.scope.names.items():
        if isinstance(binding, bind.Weights):
            operation = resolved.graph[binding.node].operation
            assert isinstance(operation, op.Weights)
            found.append((name, tuple(zip(operation.items, values_of(operation), strict=True))))
    return tuple(found)


def _labels(resolved: Resolved) -> dict[str, str]:
    found = {}
    for name, binding in resolved.scope.names.items():
        if isinstance(binding, bind.Weights | bind.Indicator | bind.Touchpoint) and binding.named.label:
            found[name] = binding.named.label
    return found


def summary_of(resolved: Resolved) -> Summary:
    """What an accepted rubric amounts to."""
    scope = resolved.scope
    touchpoints = [b for b in scope.names.values() if isinstance(b, bind.Touchpoint)]
    indicators = [b for b in scope.names.values() if isinstance(b, bind.Indicator)]
    counts: dict[tuple[str, str], int] = {}
    alone = 0
    for touchpoint in touchpoints:
        table = scope.tables.get(touchpoint.table or "")
        if table is None or table.stratum is None:
            alone += 1
            continue
        for member in touchpoint.strata or table.columns[table.stratum].type.members:
            counts[table.name, member] = counts.get((table.name, member), 0) + 1
    instances = sum(counts.values()) + alone
    sizes = list(counts.values()) or [0]
    return Summary(
        len(indicators),
        len(touchpoints),
        len(counts),
        instances,
        min(sizes),
        max(sizes),
        exact_text(_worth(resolved)),
        _panels(resolved),
        sum(isinstance(binding, bind.Measure | bind.Bands) for binding in scope.names.values()),
        _labels(resolved),
    )


def _worth(resolved: Resolved) -> Fraction:
    """Full marks of what is ranked first, else of the indicators that stand in no other."""
    for ranking in resolved.rankings:
        binding = resolved.scope.names.get(ranking.by)
        if isinstance(binding, bind.Indicator):
            return binding.worth
    roots = [resolved.scope.names.get(place.name) for place in resolved.outline if place.depth == 0]
    return sum((root.worth for root in roots if isinstance(root, bind.Indicator)), Fraction(0))
