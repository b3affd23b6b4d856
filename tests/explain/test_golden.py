"""Explanations as they look. `RUBRIC_ACCEPT=1` writes the texts anew, to read as a diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rubric_dsl.render.pieces import Look
from tests.explain.explained import Case, conformance, zhejiang

FOLDER = Path(__file__).parents[1] / "golden" / "explain"

VIEWS = {
    "zhejiang_zh": (zhejiang, "嘉兴", None, Look("zh", 100)),
    "zhejiang_en_60_columns": (zhejiang, "嘉兴", None, Look("en", 60, wrap=True)),
    "wait_zh_60_columns": (zhejiang, "嘉兴", "wait", Look("zh", 60, wrap=True)),
    "touchpoint_en": (zhejiang, "嘉兴", "all_points", Look("en", 100)),
    "connect_rate_zh": (zhejiang, "嘉兴", "connect_rate", Look("zh", 100)),
    "heat_en": (zhejiang, "嘉兴", "heat", Look("en", 100)),
}
CASES = {
    "penalties": ("penalties_are_not_scaled", "甲", "total"),
    "bonus_and_bound": ("bonus_totalled", "甲", "total"),
    "missing_scenario": ("missing_scenario_counts_zero", "甲", "total"),
    "weights_scaled": ("weights_scaled_without_a_child", "甲", "total"),
    "geometric_mean": ("geometric_mean_rational", "甲", "total"),
    "lowest_on_rows": ("combined_on_rows", "甲", "total"),
    "bounds_on_rows": ("bounds_on_row", "甲", "total"),
    "condition_of_the_subject": ("subject_condition_replaces_fold", "甲", "total"),
    "several_tables": ("several_tables", "甲", "total"),
}


def compare(name: str, text: str) -> None:
    path = FOLDER / f"{name}.txt"
    if os.environ.get("RUBRIC_ACCEPT"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VIEWS)
def test_an_explanation_of_the_example_looks_as_accepted(name: str) -> None:
    case, subject, item, look = VIEWS[name]
    found: Case = case()
    compare(name, found.drawn(subject, item, look))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_explanation_of_each_kind_of_rule_looks_as_accepted(name: str, lang: str) -> None:
    case, subject, item = CASES[name]
    compare(f"{name}_{lang}", conformance(case).drawn(subject, item, Look(lang, 80)))


def test_every_accepted_text_belongs_to_a_view() -> None:
    expected = {*VIEWS, *(f"{name}_{lang}" for name in CASES for lang in ("en", "zh"))}
    assert {path.stem for path in FOLDER.iterdir()} == expected
