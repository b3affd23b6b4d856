"""Every stated limit has its own finding, whatever a stranger's rubric holds; nothing ends in an exception.

How long large texts take is measured by `python -m tests.limits.measure`, not asserted here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from rubric_dsl.cli.files import RubricFiles
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.resolved.domains import kept
from rubric_dsl.resolved.types import Interval, Points
from tests.limits.inputs import ALL, HEAD, HOSTILE, MIB, SHORT_SOUND, SOUND
from tests.limits.measure import MEGABYTES, check


def compiled(text: str | bytes, files: Mapping[str, str] | None = None) -> Compiled:
    data = text if isinstance(text, bytes) else text.encode()
    known = {"main.rubric": data, **{name: other.encode() for name, other in (files or {}).items()}}

    def load(path: str) -> bytes:
        if path not in known:
            raise FileNotFoundError(path)
        return known[path]

    return compile_rubric("main.rubric", load)


def codes(done: Compiled) -> set[str]:
    return {found.code for found in done.diagnostics}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("x" * (2**20 + 1), "R002", id="a file over 1 MiB"),
        pytest.param(HEAD + "measure m = " + "(" * 65 + "1" + ")" * 65 + "\n", "R017", id="65 brackets"),
        pytest.param(HEAD + "measure m = " + "(" * 100_000 + "1" + ")" * 100_000 + "\n", "R017", id="100,000 brackets"),
        pytest.param(HEAD + "measure m = " + " + ".join(["1"] * 10_001) + "\n", "R018", id="10,001 terms"),
        pytest.param(HEAD + f"measure m = {'1' * 61}\n", "R016", id="61 digits"),
        pytest.param(HEAD + f"measure {'n' * 201} = 1\n", "R203", id="a name of 201 characters"),
        pytest.param(HEAD + f'# e{chr(0x301) * 31}\nmeasure m = 1\n', "R003", id="31 combining marks"),
        pytest.param('rubric "x"\n' + "measure a = 1\n" * 50_001, "R019", id="50,001 lines"),
    ],
)
def test_what_goes_beyond_a_limit_says_so(text: str, code: str) -> None:
    assert code in codes(compiled(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + "measure m = " + "(" * 60 + "1" + ")" * 60 + "\n", id="60 brackets"),
        pytest.param(HEAD + "measure m = " + " + ".join(["1"] * 9_999) + "\n", id="9,999 terms"),
        pytest.param(HEAD + f"measure m = {'1' * 60}\n", id="60 digits"),
        pytest.param(HEAD + f"measure {'n' * 200} = 1\n", id="a name of 200 characters"),
        pytest.param(
            HEAD + "measure m0 = mean(a)\n" + "".join(f"measure m{i} = m{i - 1} + 1\n" for i in range(1, 2_000)),
            id="2,000 measures in a chain",
        ),
        pytest.param(
            HEAD
            + "".join("  " * depth + f"indicator i{depth} worth 1\n" for depth in range(60))
            + "  " * 60
            + "touchpoint t worth 1 when connected\n",
            id="indicators 60 deep",
        ),
    ],
)
def test_what_keeps_to_the_limits_is_compiled(text: str) -> None:
    done = compiled(text)
    assert codes(done) == set() and done.plan is not None


def test_a_chain_of_conditions_is_judged_without_recursion() -> None:
    """Each column is present when the one before is yes, and that one may itself be absent: half are unguarded."""
    text = HEAD + "  c0 yes/no\n" + "".join(f"  c{i} yes/no when c{i - 1}\n" for i in range(1, 1_000))
    assert codes(compiled(text)) == {"R080"}


def test_files_used_by_files_stop_at_16_levels() -> None:
    files = {f"f{i}.rubric": f'use "f{i + 1}.rubric"\n' for i in range(20)}
    assert codes(compiled('rubric "x"\nuse "f0.rubric"\n' + HEAD.split("\n", 1)[1], files)) == {"R196"}


@pytest.mark.parametrize("path", ["/etc/hosts", "C:\\hosts", "..\\hosts", "http://host/x.rubric", ""])
def test_paths_that_leave_the_tree_by_form_are_refused(path: str) -> None:
    written = path.replace("\\", "\\\\")
    assert "R198" in codes(compiled(f'rubric "x"\nuse "{written}"\n' + HEAD.split("\n", 1)[1]))


def test_no_file_outside_the_folder_is_read_through_dots_or_a_link(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.rubric").write_text("measure secret = 1\n", "utf-8")
    if hasattr(os, "symlink"):
        os.symlink(outside / "secret.rubric", inside / "link.rubric")
    for path in ("../outside/secret.rubric", "link.rubric"):
        main = inside / "main.rubric"
        main.write_text(f'rubric "x"\nuse "{path}"\n' + HEAD.split("\n", 1)[1], "utf-8")
        files = RubricFiles(str(main))
        assert codes(compile_rubric(str(main), files.load)) == {"R191"}, path


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gives_findings_and_no_exception(name: str) -> None:
    done = compiled(HOSTILE[name]()[: 1 << 16])
    assert done.has_errors and done.plan is None


@pytest.mark.parametrize("name", ALL)
def test_a_text_that_asks_for_much_is_answered_in_bounded_memory(name: str, tmp_path: Path) -> None:
    data, sound = ALL[name](), name in SOUND or name in SHORT_SOUND
    assert MIB - 1000 < len(data) <= MIB or (name not in SOUND and name not in HOSTILE)
    answer = check(data, tmp_path)
    assert answer.status == (0 if sound else 3), answer.err[-2000:]
    assert b"Traceback" not in answer.err
    errors = [found for found in json.loads(answer.out)["diagnostics"] if found["severity"] == "error"]
    assert bool(errors) != sound
    assert answer.megabytes < MEGABYTES


def test_ends_of_ranges_that_grow_beyond_all_use_are_dropped_not_narrowed() -> None:
    huge, long_part = Fraction(1 << 5000), Fraction(1, 1 << 5000)
    assert kept(Interval(Fraction(0), huge)) == Interval(Fraction(0), None)
    assert kept(Interval(-huge, Fraction(1), step=long_part)) == Interval(None, Fraction(1))
    assert kept(Points((huge,))) == Interval()
    assert kept(Interval(Fraction(0), Fraction(1 << 4000))) == Interval(Fraction(0), Fraction(1 << 4000))


def test_a_fault_inside_a_formula_is_found_in_each_statement_that_uses_it() -> None:
    uses = "measure m = f(mean(a))\nmeasure n = f(mean(a))\n"
    done = compiled(HEAD + "formula f(x) by x\n  up to 1: 1\n" + uses)
    gaps = [found for found in done.diagnostics if found.code == "R031"]
    assert len(gaps) == 2 and gaps[0].span != gaps[1].span
