"""What is offered for a line that is no sentence says what was meant, or nothing."""

from __future__ import annotations

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.plan.compile import compile_rubric

HEAD = """observe marks of pupil, one row each
  pupil text
  mark  whole number 0 to 100
"""


def offered(text: str) -> list[str]:
    """The helps of the only finding, in English."""
    found = [one for one in compile_rubric("a.rubric", lambda path: text.encode()).diagnostics if one.code != "R031"]
    assert len(found) == 1, [(one.code, prose.message(one, "en")) for one in found]
    return [prose.help_text(found[0], fix, "en") for fix in found[0].fixes]


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        ("90 or more: a", "from 90"), ("90 and above: a", "from 90"), ("90+: a", "from 90"),
        ("59 or less: a", "up to 59"), ("59 and below: a", "up to 59"), ("90以上：a", "不低于90"),
        ("60-69: a", "to"), ("60 - 69: a", "to"),
    ],
)
def test_a_bound_written_behind_its_number_is_turned(row: str, meant: str) -> None:
    (said,) = offered(f"{HEAD}bands grade by mark\n  {row}\n  otherwise: b\n")
    assert said.removesuffix(" instead") == f"write `{meant}`"


@pytest.mark.parametrize(
    "line",
    [
        "measure u = if mark == 3 then 1 else 0", "measure u = mark where mark > 3", "bands g by mark if mark > 3",
        "measure u = mark ** 2",
    ],
)
def test_no_word_or_sign_is_offered_that_changes_what_is_said(line: str) -> None:
    helps = " ".join(offered(HEAD + line + "\n"))
    assert not any(f"`{word}`" in helps for word in ("no", "and", "or", "not", "key", ",", "by", "from")), helps
    assert "quotes" not in helps


def test_a_text_without_quotes_is_offered_in_quotes_where_only_a_text_can_stand() -> None:
    (said,) = offered('rubric "r"\n  edition 2020\n' + HEAD)
    assert '"2020"' in said
