"""A rubric becomes a workbook that says the same: read back it gives the same plan, in either language."""

from __future__ import annotations

import io
import os
from pathlib import Path

import openpyxl
import pytest

from rubric_dsl.observations.raw import Given
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.surface.keywords import Language
from rubric_dsl.writing.sheets.book import MOST_CELL, TooLong
from rubric_dsl.writing.sheets.importing import import_workbook
from rubric_dsl.writing.sheets.template import template_bytes
from rubric_dsl.writing.sheets.there_and_back import Exported, exported
from tests import office
from tests.properties.choices import Choices
from tests.properties.generate import case
from tests.properties.long import count
from tests.properties.program import rubric_text

ROOT = Path(__file__).parent.parent.parent
RUBRICS = [path for path in sorted(ROOT.glob("rubrics/**/*.rubric")) if not path.name.endswith(".zh.rubric")]
CASES = count(20, 2_000)


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def made(path: Path, lang: Language) -> Exported:
    plan = compile_rubric(str(path), read).plan
    assert plan is not None
    return exported(str(path), plan, read, lang)


def of_text(text: str, lang: Language = "zh") -> Exported:
    def load(path: str) -> bytes:
        if path != "made.rubric":
            raise FileNotFoundError(path)
        return text.encode()

    plan = compile_rubric("made.rubric", load).plan
    assert plan is not None, text
    return exported("made.rubric", plan, load, lang)


def test_every_rubric_of_the_library_reads_back_to_the_same_plan() -> None:
    """As Chinese workbooks; editions with what they amend. Those in Chinese keywords have the same plans."""
    assert len(RUBRICS) >= 14
    for path in [*RUBRICS, ROOT / "rubrics" / "zhejiang_12345_2020.zh.rubric"]:
        done = made(path, "en" if path.name.endswith(".zh.rubric") else "zh")
        assert done.same, (path.name, [(one.code, one.span.file) for one in done.found])
        assert [one.code for one in done.found if not one.code.startswith("R")] == []


def test_rubrics_made_at_random_read_back_to_the_same_plan() -> None:
    for seed in range(CASES):
        done = of_text(rubric_text(case(Choices.seeded(seed)).rubric), "zh" if seed % 2 else "en")
        assert done.same, (seed, [(one.code, one.span.file, dict(one.facts)) for one in done.found])


def test_the_same_rubric_gives_the_same_bytes() -> None:
    path = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
    assert made(path, "zh").data == made(path, "zh").data


AWKWARD = """\
rubric "=1+1, \\"quoted\\", and {braces}"
  note "=HYPERLINK(1)"
observe calls "记录 {x}" of city, averaged
  city   "=cmd|' /C calc'!A0" text
  answer "是否{回答}"          yes/no
  tone   choice calm "+49" | loud "-1" | none "@SUM(A1)"
indicator total "总分 (100分)" worth 12
  indicator part "一、部分" worth 12
    touchpoint answered "接听（2分）" worth 2 when answer
      note "两行\u3000也可以"
    touchpoint voice "{braces}" worth 10 by tone
      calm: 10
      loud | none: 0
ranking by total
  exact
  ties share
"""


def test_texts_that_a_spreadsheet_would_compute_stay_texts() -> None:
    done = of_text(AWKWARD)
    assert done.same, [(one.code, one.span.file, dict(one.facts)) for one in done.found]
    book = openpyxl.load_workbook(io.BytesIO(done.data))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_what_has_no_place_in_a_workbook_is_counted() -> None:
    text = "# one\n" + AWKWARD + "# two\n"
    assert of_text(text).comments == 2
    done = made(ROOT / "rubrics" / "beijing_12345" / "months.rubric", "en")
    assert [os.path.basename(name) for name in done.gathered] == ["beijing_12345.rubric"]


def test_a_text_longer_than_a_cell_is_refused_by_name() -> None:
    with pytest.raises(TooLong):
        of_text(AWKWARD.replace("=HYPERLINK(1)", "x" * (MOST_CELL + 1)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_imports_as_it_stands(lang: Language) -> None:
    done = import_workbook(Given("t.xlsx", template_bytes(lang)), lang)
    assert done.diagnostics == () and done.touchpoints == 4
    plan = compile_rubric("imported.rubric", lambda path: (done.text or "").encode()).plan
    assert plan is not None and len(plan.rankings) == 1


@office.needed
def test_another_spreadsheet_opens_it_and_saves_the_same_rule() -> None:
    path = ROOT / "rubrics" / "window_visits" / "window_visits.zh.rubric"
    done = made(path, "zh")
    again = import_workbook(Given("again.ods", office.converted(done.data, "rule.xlsx", "ods")), "zh")
    plan = compile_rubric("imported.rubric", lambda name: (again.text or "").encode()).plan
    original = compile_rubric(str(path), read).plan
    assert plan is not None and original is not None, again.diagnostics
    assert plan_hash(plan) == plan_hash(original)
