"""Every system of the library is laid out alike, says the same in both languages, and holds what its page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.text.files import read_source
from tests.docs.blocks import blocks_of
from tests.docs.test_documents import problems_of
from tests.library.walks import EXAMPLES, FOLDERS, RUBRICS, in_chinese, name_of, page_of
from tests.program import run
from tests.surface.compare import said
from tests.tables import ROOT

BOTH = [path for rubric in RUBRICS for path in (rubric, in_chinese(rubric))]
HAN = re.compile(r"[\u4e00-\u9fff]")


def read(path: Path) -> Parsed:
    source, findings = read_source(path.name, path.read_bytes())
    assert source is not None and findings == []
    return parse(source)


def own_tests(path: Path) -> list[object]:
    """The tests and examples of a rubric as what they say, tests without their titles."""
    items = [said(item) for item in read(path).document.items if isinstance(item, tree.Test | tree.Example)]
    return [item if item[0] == "Example" else (item[0], *item[2:]) for item in items]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_system_has_a_rubric_of_its_name_a_page_and_an_example(folder: Path) -> None:
    name = folder.name
    example = EXAMPLES / name
    there = [folder / f"{name}.rubric", folder / f"{name}.zh.rubric", folder / "README.md", example / "README.md"]
    assert [path for path in there if not path.is_file()] == []
    assert list(example.glob("*.csv")), "an example has data"
    assert {path for path in folder.glob("*.rubric") if path not in BOTH} == set()


@pytest.mark.parametrize("path", BOTH, ids=name_of)
def test_a_rubric_is_in_its_language_without_a_finding_and_passes_its_tests(path: Path) -> None:
    assert read(path).language == ("zh" if path in map(in_chinese, RUBRICS) else "en")
    status, checked = run("check", path)
    assert (status, checked["diagnostics"]) == (0, [])
    status, tested = run("test", path)
    assert status == 0, [test for test in tested["tests"] if not test["passed"]]
    assert tested["passed"] > 0


@pytest.mark.parametrize("rubric", RUBRICS, ids=name_of)
def test_both_languages_are_one_plan_with_the_same_tests(rubric: Path) -> None:
    first, second = (run("plan", path)[1]["plan"] for path in (rubric, in_chinese(rubric)))
    assert first.startswith("sha256:") and first == second
    assert own_tests(rubric) == own_tests(in_chinese(rubric))


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_the_blocks_of_a_page_do_what_they_say(folder: Path) -> None:
    assert list(problems_of(page_of(folder))) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_page_is_in_both_languages_and_shows_what_is_found_in_the_published_wording(folder: Path) -> None:
    page = page_of(folder)
    blocks = list(blocks_of(page))
    assert any(block.kind == "rubric" and block.codes for block in blocks)
    assert any(block.kind == "text" and "says" in block.words for block in blocks)
    assert f"{folder.name}.zh.rubric" in page and f"examples/{folder.name}/README.md" in page
    outside = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    paragraphs = [text for text in re.split(r"\n\s*\n", outside) if len(text) > 60 and text[0] not in "#|-"]
    chinese = [text for text in paragraphs if len(HAN.findall(text)) > len(text) / 3]
    assert 0 < len(chinese) < len(paragraphs)


def test_the_list_of_the_library_names_every_system_once() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(([^)]+)\)", (ROOT / "rubrics" / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted([*(folder.name for folder in FOLDERS), "zhejiang_12345_2020"])
    assert all((ROOT / "rubrics" / path).is_file() for _, path in listed)
