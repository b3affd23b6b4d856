"""Scoring sheets as people keep them become rubrics; what is not plain is asked at its cell."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import pytest
import xlsxwriter

from rubric_dsl.diagnostics import prose
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.results.score import score
from rubric_dsl.writing.sheets.importing import Imported, import_workbook
from rubric_dsl.writing.sheets.phrases import Standard, Unread, pattern_of, points_of, standard_of

# The 22 touchpoints of the Zhejiang form: indicator, its marks, touchpoint, marks, what is observed, standard.
CALL = (
    ("呼入接通", 6, "已接通人工坐席", 6, "是否接通", ""),
    ("硬件环境", 4, "提供智能语音导航", 2, "有无智能导航", ""),
    ("硬件环境", 4, "通话清晰", 2, "通话是否清晰", ""),
    ("电话等待时长", 20, "等待不超过180秒", 3, "等待时长", "≤180秒"),
    ("电话等待时长", 20, "等待不超过60秒", 5, "等待时长", "60秒以内"),
    ("电话等待时长", 20, "等待不超过30秒", 5, "等待时长", "不超过30秒得5分"),
    ("电话等待时长", 20, "等待不超过15秒", 7, "等待时长", "15秒内得7分"),
    ("服务态度", 15, "规范问候", 2, "问候", "符合得2分，否则不得分"),
    ("服务态度", 15, "普通话标准", 3, "普通话", "符合得3分"),
    ("服务态度", 15, "语速适中", 3, "语速", "100—140得3分"),
    ("服务态度", 15, "语调柔和", 4, "语调评分", "不低于4得4分"),
    ("服务态度", 15, "主动引导", 3, "引导", ""),
    ("直接答复率", 15, "当次直接答复", 6, "直接答复", ""),
    ("直接答复率", 15, "没有转接", 4, "转接次数", "0次得4分"),
    ("直接答复率", 15, "没有建议改拨", 5, "未建议改拨", ""),
    ("答复准确率", 15, "答出半数要点", 5, "要点比例", "≥50%"),
    ("答复准确率", 15, "答出全部要点", 6, "要点比例", "100%得6分"),
    ("答复准确率", 15, "说明依据", 4, "依据", ""),
    ("处理业务时长", 25, "处理不超过600秒", 7, "处理时长", "≤600秒"),
    ("处理业务时长", 25, "处理不超过300秒", 7, "处理时长", "≤300秒"),
    ("处理业务时长", 25, "处理不超过180秒", 6, "处理时长", "≤180秒"),
    ("处理业务时长", 25, "检索不超过30秒", 5, "检索时长", "30秒以内得5分"),
)
HEAD = (("测评对象", "城市"), ("合并方式", "平均 按 场景"), ("场景", "医保、户口"), ("排名", "精确，同分并列"))


def made(write: Any, name: str = "测评细则") -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        write(book.add_worksheet(name), book)
    return data.getvalue()


def imported(data: bytes, **more: Any) -> Imported:
    return import_workbook(Given("细则.xlsx", data), "zh", **more)


def compiled(done: Imported) -> Compiled:
    text = (done.text or "").encode()
    return compile_rubric("imported.rubric", lambda path: text)


def codes(done: Imported) -> list[str]:
    return sorted(one.code for one in done.diagnostics if prose.severity(one.code) == "error")


def asked_at(done: Imported) -> dict[str, str]:
    """By cell the code of what is asked there."""
    return {one.span.file.partition("!")[2]: one.code for one in done.diagnostics if one.code in codes(done)}


def merged_layout(sheet: Any, book: Any) -> None:
    """One heading a column, indicators and their full marks merged over their touchpoints, a total below."""
    sheet.merge_range(0, 0, 0, 5, "2020年浙江省12345热线平台服务质量测评细则")
    for at, (key, value) in enumerate(HEAD, 1):
        sheet.write_row(at, 0, [key, value])
    sheet.write_row(6, 0, ["序号", "一级指标", "分值", "测评内容", "分值", "观测项", "评分标准"])
    names = [row[0] for row in CALL]
    for at, (name, worth, item, points, column, standard) in enumerate(CALL):
        sheet.write(7 + at, 0, at + 1)
        sheet.write_row(7 + at, 3, [item, points, column, standard.replace("0次", "0")])
        if names.index(name) == at:
            last = at + names.count(name) - 1
            for place, said in ((1, name), (2, worth)):
                if last > at:
                    sheet.merge_range(7 + at, place, 7 + last, place, said)
                else:
                    sheet.write(7 + at, place, said)
    sheet.write_row(7 + len(CALL), 0, ["合计", "", 100, "", 100])


def repeated_layout(sheet: Any, book: Any) -> None:
    """Full marks in the name of the indicator, which is repeated in each row; `key：value` above; numbered names."""
    for at, (key, value) in enumerate((*HEAD, ("总分", "100"))):
        sheet.write(at, 0, f"{key}：{value}")
    sheet.write_row(6, 0, ["指标", "评分项", "满分（分）", "数据项", "计分办法"])
    order = list(dict.fromkeys(row[0] for row in CALL))
    for at, (name, worth, item, points, column, standard) in enumerate(CALL):
        number = "一二三四五六七八"[order.index(name)]
        said = standard.replace("0次", "0") or ("是得满分" if at % 2 else "")
        sheet.write_row(7 + at, 0, [f"{number}、{name}（{worth}分）", f"{at + 1}. {item}", f"{points}分", column, said])


def threshold_layout(sheet: Any, book: Any) -> None:
    """A row for each threshold with its points; names stand in the first row only, without merged cells."""
    for at, (key, value) in enumerate(HEAD):
        sheet.write_row(at, 0, [key, value])
    sheet.write_row(5, 0, ["一级指标", "满分", "触点", "满分", "判据", "阈值", "得分"])
    row, last = 6, ""
    for name, worth, item, points, column, standard in CALL:
        bound = standard.split("得")[0].replace("0次", "0")
        first = [name, worth] if name != last else ["", ""]
        if not bound or bound == "符合":
            sheet.write_row(row, 0, [*first, item, points, column, "是", points])
            sheet.write_row(row + 1, 0, ["", "", "", "", "", "否", 0])
        else:
            sheet.write_row(row, 0, [*first, item, points, column, bound, points])
            sheet.write_row(row + 1, 0, ["", "", "", "", "", "其余", "不得分"])
        row, last = row + 2, name
    sheet.write_row(row, 0, ["总计", 100])


GOOD = {
    "城市": "湖州", "等待时长": "15", "语速": "140", "语调评分": "4", "转接次数": "0", "要点比例": "100%",
    "处理时长": "180", "检索时长": "30",
}
"""Full marks in everything, each bound included; every yes/no column is yes."""


def scored(done: Imported, **cells: str) -> Fraction:
    plan = compiled(done).plan
    assert plan is not None
    (table,) = plan.tables
    rows = [[column.label or column.name for column in table.columns]]
    for scenario in ("医保", "户口"):
        given = {**GOOD, **cells, "场景": scenario}
        rows.append([given.get(column.label or column.name, "是") for column in table.columns])
    text = "\n".join(",".join(row) for row in rows).encode()
    observations: Observations = read_observations(plan, {table.name: Given("a.csv", text)})
    assert not observations.tables[table.name].ledger.refusals
    result = score(plan, observations)
    value = result.values["湖州"]["总分"]
    assert isinstance(value, Fraction)
    return value


@pytest.mark.parametrize("layout", [merged_layout, repeated_layout, threshold_layout])
def test_the_form_of_22_touchpoints_is_read_in_layouts_that_people_make(layout: Any) -> None:
    done = imported(made(layout))
    assert codes(done) == [], [(one.code, one.span.file, dict(one.facts)) for one in done.diagnostics]
    assert done.touchpoints == 22
    rubric = compiled(done)
    assert rubric.summary is not None
    assert rubric.summary.as_json()["worth"] == "100"
    # Worked out by hand from the form: every bound counts as kept, one beyond it as not.
    assert scored(done) == 100
    assert scored(done, 等待时长="16") == 93
    assert scored(done, 等待时长="181") == 80
    assert scored(done, 处理时长="301", 检索时长="31") == 100 - 7 - 6 - 5
    assert scored(done, 要点比例="49%") == 89
    assert scored(done, 转接次数="1", 语速="141", 语调评分="3") == 100 - 4 - 3 - 4
    assert scored(done, 是否接通="否", 规范问候="否", 问候="否") == 92


def small(
    *rows: list[Any], head: tuple[tuple[str, str], ...] = HEAD, heading: str = "一级指标|满分|触点|满分|评分标准"
) -> bytes:
    def write(sheet: Any, book: Any) -> None:
        for at, row in enumerate([*map(list, head), heading.split("|"), *rows]):
            for place, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, place, cell)

    return made(write)


def test_published_bands_with_gaps_are_asked_about_at_their_cells() -> None:
    rows = [["接通", 10, "接通等级", 10, "接通率", "≥95%", 10], *(
        ["", "", "", "", "", bound, points] for bound, points in (("31–94%", 6), ("1–30%", 2), ("0", 0))
    )]
    done = imported(small(*rows, heading="一级指标|满分|触点|满分|判据|阈值|得分"))
    assert codes(done) == ["R031"] * 3
    labels = {label.span.file.partition("!")[2] for one in done.diagnostics for label in one.labels}
    assert labels == {"F6", "F7", "F8", "F9"}
    assert all(one.span.file.endswith("!E6") for one in done.diagnostics if one.code == "R031")


@pytest.mark.parametrize(
    ("standard", "why"),
    [
        ("酌情给分", "vague"), ("较好得10分，一般得5分", "vague"), ("15秒内满分，每超10秒扣1分", "step"),
        ("15秒内满分，每超1分钟扣1分", "units"), ("符合得8分", "points"), ("热情、耐心、周到", "clause"),
    ],
)
def test_what_can_be_read_in_more_than_one_way_is_asked_and_not_guessed(standard: str, why: str) -> None:
    done = imported(small(["服务", 10, "态度", 10, standard]))
    assert asked_at(done) == {"E6": "I404"}
    assert [one.fixes[0].key for one in done.diagnostics if one.code == "I404"] == [why]
    # The rubric keeps the sentence and cannot be scored before it is answered.
    assert standard in (done.text or "") and compiled(done).plan is None


def test_points_off_for_each_second_more() -> None:
    done = imported(small(["等候", 20, "等待", 20, "等待时长15秒以内得满分，每超1秒扣0.5分，扣完为止"]))
    assert codes(done) == []
    for seconds, points in (("15", 20), ("16", Fraction(39, 2)), ("54", Fraction(1, 2)), ("55", 0), ("1000", 0)):
        assert _one(done, 等待时长=seconds) == points


def test_what_nobody_answers_scores_nothing_where_the_sheet_says_so() -> None:
    done = imported(small(
        ["接听", 10, "接听", 10, "接通得10分，未接通不得分"],
        ["等候", 20, "等待", 20, "等待时长15秒内得20分；超过15秒得5分；未接通不得分"], ["合计", 30],
    ))
    assert codes(done) == []
    text = done.text or ""
    assert "除非 接通：0" in text and "秒数 当 接通" in text
    assert scored(done, 等待时长="16") == 15 and scored(done, 接通="否", 等待时长="") == 0


def _one(done: Imported, **cells: str) -> Fraction:
    plan = compiled(done).plan
    assert plan is not None
    (table,) = plan.tables
    rows = [[column.label or column.name for column in table.columns]]
    for scenario in ("医保", "户口"):
        given = {"城市": "湖州", **cells, "场景": scenario}
        rows.append([given[column.label or column.name] for column in table.columns])
    text = "\n".join(",".join(row) for row in rows).encode()
    result = score(plan, read_observations(plan, {table.name: Given("a.csv", text)}))
    value = result.values["湖州"]["等候"]
    assert isinstance(value, Fraction)
    return value


def test_weights_in_a_column_become_a_panel() -> None:
    head = (*HEAD[:3], ("总分", "100"), HEAD[3])
    done = imported(small(
        ["接听", "30%", "接听", 100, "接通得100分，未接通不得分"],
        ["等候", "70%", "等待", 100, "等待时长15秒内得100分；超过15秒得0分"],
        head=head, heading="一级指标|权重|触点|满分|评分标准",
    ))
    assert codes(done) == []
    # 0.3 × 100 of the one, nothing of the other.
    assert scored(done, 等待时长="16") == 30


def test_a_sheet_too_long_and_a_workbook_with_two_rules_are_said() -> None:
    def long(sheet: Any, book: Any) -> None:
        sheet.write_row(0, 0, ["一级指标", "满分", "触点", "满分"])
        sheet.write(5000, 0, "x")

    assert "I413" in codes(imported(made(long)))

    def two(sheet: Any, book: Any) -> None:
        for one in (sheet, book.add_worksheet("2019年")):
            one.write_row(0, 0, ["一级指标", "满分", "触点", "满分"])
            one.write_row(1, 0, ["接听", 10, "接听", 10])

    assert codes(imported(made(two))) == ["I416"]
    assert "I416" not in codes(imported(made(two), sheet="2019年"))


def test_files_that_are_no_workbooks_are_refused_with_what_to_do() -> None:
    for data in (b"", b"a,b\n1,2\n", b"PK\x03\x04 damaged", b"%PDF-1.7"):
        done = imported(data)
        assert done.text is None and done.has_errors and len(done.diagnostics) == 1


def test_a_text_that_spreadsheets_or_terminals_would_obey_stays_a_text() -> None:
    done = imported(small(
        ["=1+1", 10, "接听\n指标 x 满分 99", 10, "符合得10分"], ["@SUM", 5, "\x1b[31m", 5, "符合得5分"], ["合计", 15],
    ))
    text = done.text or ""
    assert "\x1b" not in text or done.has_errors
    assert "指标 x 满分 99" not in [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("≥95%", "from 95%"), ("95%以上", "from 95%"), ("95%（含）以上", "from 95%"), ("不低于95％", "from 95%"),
        ("＞60秒", "over 60 s"), ("60秒以外", "over 60 s"), ("15秒内", "up to 15 s"), ("15秒以内", "up to 15 s"),
        ("15秒以下", "up to 15 s"), ("不足15秒", "under 15 s"), ("31–94%", "31% to 94%"), ("31%—94%", "31% to 94%"),
        ("31%~94%", "31% to 94%"), ("超过15秒至60秒", "over 15 s to 60 s"), ("（15，60］", "over 15 to 60"),
        ("[15,60)秒", "15 s to under 60 s"), ("15<x≤60", "over 15 to 60"), ("3分钟以上", "from 3 min"),
        ("其他", "otherwise"),
        ("within 15 s", "up to 15 s"), ("at least 95%", "from 95%"), ("over 60 s", "over 60 s"),
        # 分 is minutes or points; a quantity nobody can measure.
        ("3分以上", None), ("15秒左右", None), ("", None),
    ],
)
def test_thresholds_as_people_write_them(written: str, meant: str | None) -> None:
    assert pattern_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10", "10"), ("10分", "10"), ("得10分", "10"), ("不得分", "0"), ("满分", "20"),
        ("由20分递减至10分", "20 falling to 10"),
        ("20降至10", "20 falling to 10"), ("5 rising to 10", "5 rising to 10"), ("酌情", None), ("", None),
    ],
)
def test_points_as_people_write_them(written: str, meant: str | None) -> None:
    assert points_of(written, "20") == meant


def test_standards_in_one_sentence() -> None:
    rows = (("from 95%", "10"), ("31% to 94%", "6"), ("1% to 30%", "2"), ("0%", "0"))
    assert standard_of("≥95%得10分；31–94%得6分；1–30%得2分；0%不得分", "10") == Standard("rows", rows)
    voices = (("柔和", "6"), ("平淡", "3"), ("生硬", "0"))
    assert standard_of("柔和：6；平淡：3；生硬：0", "6") == Standard("rows", voices)
    assert standard_of("每次扣0.5分，扣完为止", "5") == Standard("each", amount="0.5")
    assert standard_of("接通得6分，未接通不得分", "6") == Standard("yes", stem="接通")
    assert standard_of("等待时长不超过15秒得7分", "7") == Standard("when", (("up to 15 s", "7"),), stem="等待时长")
    assert isinstance(standard_of("x" * 100_000, "5"), Unread)
