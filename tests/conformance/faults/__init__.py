"""Mistakes that an engine or a reader could make, each planted by replacing one small piece, and the cases that notice.

A plan is compiled without the mistake; only reading, scoring and ranking run with it.
"""

from __future__ import annotations

from tests.conformance.faults import aggregates, arithmetic, folding, panels, periods, ranking, reading, scores, tables
from tests.conformance.faults.registry import FAULTS, Fault

__all__ = [
    "FAULTS", "Fault", "aggregates", "arithmetic", "folding", "panels", "periods", "ranking", "reading",
    "scores", "tables",
]
