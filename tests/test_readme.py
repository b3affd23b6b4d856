"""What the README shows is so."""

from __future__ import annotations

import re
from pathlib import Path

from rubric_dsl.cli.app import COMMANDS
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.render.diagnostics import report_lines
from rubric_dsl.render.pieces import Look, plain

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def compiled(text: str) -> Compiled:
    return compile_rubric("hotlines.rubric", lambda path: text.encode("utf-8"))


def test_the_first_rubric_has_the_finding_that_is_shown() -> None:
    english, _ = blocks("rubric")
    [shown] = blocks("text")
    found = compiled(english)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["R031"] * 3
    lines = found.sources["hotlines.rubric"].lines()
    assert shown in plain(report_lines(Report.of(found.diagnostics), lambda file: lines, Look()))


def test_the_chinese_rubric_is_clean() -> None:
    _, chinese = blocks("rubric")
    found = compiled(chinese)
    assert found.diagnostics == () and found.language == "zh"


def test_the_table_lists_the_commands_that_there_are() -> None:
    assert re.findall(r"^\| `rubric (\w+)", README, re.MULTILINE) == list(COMMANDS)


def test_the_first_commands_are_those_of_the_helper_script() -> None:
    known = re.findall(r"^(\w+)\)$", (ROOT / "dev").read_text("utf-8"), re.MULTILINE)
    assert {"demo", "test", "check", "rubric", "accept"} <= set(known)
    assert set(re.findall(r"\./dev (\w+)", README)) <= set(known)
