"""Small classes compare, hash and show as the standard library's do."""

from __future__ import annotations

import dataclasses

import pytest

from rubric_dsl.text import record


def made(decorator: object, **options: object) -> type:
    class Point:
        x: int
        y: tuple[int, ...] = ()

    Point.__qualname__ = "Point"
    return decorator(**options)(Point)  # type: ignore[operator,no-any-return]


@pytest.mark.parametrize("options", [{"frozen": True}, {"frozen": True, "slots": True}, {}, {"eq": False}])
def test_a_class_behaves_as_the_standard_one(options: dict[str, bool]) -> None:
    own, standard = made(record.dataclass, **options), made(dataclasses.dataclass, **options)
    pairs = [((1,), (1,)), ((1,), (2,)), ((1, (2, 3)), (1, (2, 3))), ((1, (2,)), (1, (3,)))]
    for one, other in pairs:
        assert (own(*one) == own(*other)) == (standard(*one) == standard(*other))
    assert repr(own(1, (2,))) == repr(standard(1, (2,)))
    assert own(1) != (1, ()) and own(1) != made(record.dataclass, **options)(1)
    assert (own.__hash__ is None) == (standard.__hash__ is None)
    if options.get("frozen"):
        assert len({own(1), own(1), own(2)}) == 2
    assert own.__match_args__ == standard.__match_args__


def test_what_a_class_says_itself_is_kept() -> None:
    @record.dataclass(frozen=True)
    class Parity:
        x: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Parity) and self.x % 2 == other.x % 2

        def __hash__(self) -> int:
            return self.x % 2

        def __repr__(self) -> str:
            return "odd" if self.x % 2 else "even"

    assert Parity(1) == Parity(3) and len({Parity(1), Parity(3)}) == 1 and repr(Parity(2)) == "even"
