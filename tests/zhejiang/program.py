"""Scores, ranks and classes of a result as fractions and words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.zhejiang.independent import INDICATORS


def exact_scores(result: Mapping[str, Any]) -> dict[str, dict[str, Fraction]]:
    return {
        city: {item: Fraction(values[item]["exact"]) for item in ("total", *INDICATORS)}
        for city, values in result["subjects"].items()
    }


def heat_of(result: Mapping[str, Any]) -> dict[str, str]:
    return {city: values["heat"] for city, values in result["subjects"].items()}
