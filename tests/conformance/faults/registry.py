"""What a planted fault is, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Fault:
    """A mistake in words, how it is planted, and the cases of which every one must notice it."""

    name: str
    cases: tuple[str, ...]
    plant: Plant


FAULTS: list[Fault] = []


def fault(name: str, *cases: str) -> Callable[[Plant], Plant]:
    """The fault that the function below plants."""

    def add(plant: Plant) -> Plant:
        FAULTS.append(Fault(name, cases, plant))
        return plant

    return add


def replaced(name: str, owner: object, attribute: str, by: Any, *cases: str) -> None:
    """The fault of an attribute that is something else."""
    FAULTS.append(Fault(name, cases, lambda patch: patch.setattr(owner, attribute, by)))


def entry(name: str, owner: Mapping[Any, Any], key: str, by: Any, *cases: str) -> None:
    """The fault of an entry of a table of functions."""
    FAULTS.append(Fault(name, cases, lambda patch: patch.setitem(owner, key, by)))
