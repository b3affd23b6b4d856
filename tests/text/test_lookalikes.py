"""Names that look alike have one skeleton, others do not."""

from __future__ import annotations

import pytest

from rubric_dsl.text.lookalikes import skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wait_l", "wait_1"),
        ("wait_I", "wait_l"),
        ("O2", "02"),
        ("level_O", "level_〇"),
        ("期末", "期未"),
        ("a_b", "a__b"),
        ("自己", "自已"),
        ("\uf9dc", "\u9686"),
    ],
)
def test_names_that_look_alike_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("wait", "wails"), ("Wait", "wait"), ("modern", "modem"), ("期初", "期末"), ("a_b", "ab"), ("hot", "not")],
)
def test_names_that_can_be_told_apart_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)
