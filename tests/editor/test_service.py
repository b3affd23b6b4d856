"""`rubric lsp` as an editor sees it, over standard input and output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli import rubrics
from tests.editor.client import Client, Failed, edited, text_at

RUBRIC = rubrics.HOTLINES
CHINESE = """\
细则 “𠀀热线”
观测 拨测 “𠀀” 对象 地市，平均
  地市 “𠀀市” 文本
  接通 “𠀀𠀀” 是/否  # 𠀀
测算 接通率 “𠀀” = 占比(接通)
分档 热线等级 “𠀀” 按 接通率
  不低于95%：热 “𠀀”
  31%至94%：温
  0%至30%：冷
指标 呼入 “𠀀” 满分 10
  触点 接听 “𠀀” 满分 10 当 接通
排名 按 呼入
  精确
  并列同名次
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rubrics")


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[Client]:
    client = Client(folder)
    yield client
    assert client.leave() == 0


def labels(items: list[dict[str, Any]]) -> list[str]:
    return [item["label"] for item in items]


# ---------------------------------------------------------------- findings and fixes


def test_findings_are_those_of_check_and_go_when_the_fault_is_mended(editor: Client) -> None:
    assert editor.open("a.rubric", RUBRIC) == []
    found = editor.replace("a.rubric", " rounded half up to 1%", "")
    assert [(one["code"], one["severity"], one["source"]) for one in found] == [("R031", 1, "rubric")] * 3
    text = editor.texts["a.rubric"]
    assert text_at(text, found[0]["range"]) == "connect_rate"
    top = next(one for one in found if "16 of 17 calls" in one["message"])
    assert {text_at(text, other["location"]["range"]) for other in top["relatedInformation"]} == {
        "from 95%", "31% to 94%"}
    assert editor.replace("a.rubric", "by connect_rate", "by connect_rate rounded half up to 1%") == []


def test_a_quick_fix_is_applied_and_mends_the_fault(editor: Client) -> None:
    (found,) = editor.open("fix.rubric", RUBRIC.replace("when connected\n  indicator", "when conected\n  indicator"))
    assert found["code"] == "R042"
    asked = {**editor.of("fix.rubric"), "range": found["range"], "context": {"diagnostics": [found]}}
    first = editor.ask("textDocument/codeAction", asked)[0]
    assert first["isPreferred"] and first["kind"] == "quickfix" and "connected" in first["title"]
    mended = edited(editor.texts["fix.rubric"], first["edit"]["changes"][editor.uri("fix.rubric")])
    assert mended == RUBRIC
    assert editor.write("fix.rubric", mended) == []


def test_findings_of_a_used_file_stand_in_that_file(editor: Client, folder: Path) -> None:
    (folder / "common.rubric").write_text("measure m = unknown_name\n", "utf-8")
    editor.open("uses.rubric", 'use "common.rubric"\n' + RUBRIC.replace('rubric "Hotlines"\n  edition "1"\n', ""))
    elsewhere = editor.findings("common.rubric") if not any(
        note["params"].get("uri") == editor.uri("common.rubric") and note["params"]["diagnostics"]
        for note in editor.notes if note.get("method") == "textDocument/publishDiagnostics"
    ) else [{"code": "R042"}]
    assert [one["code"] for one in elsewhere] == ["R042"]
    assert editor.open("common.rubric", "measure m = 1\n") == []


def test_a_text_that_cannot_be_read_is_a_finding_and_no_end(editor: Client) -> None:
    assert [one["code"] for one in editor.open("wild.rubric", "\u202e(((" + "“" * 50)] == ["R004"]
    assert editor.write("wild.rubric", "") == []
    assert [one["code"] for one in editor.write("wild.rubric", "bands\r\nx\r\n")][:1] == ["R021"]


# ---------------------------------------------------------------- characters outside the basic plane


def test_columns_count_utf_16_units(editor: Client) -> None:
    found = editor.open("zh.rubric", CHINESE)
    text = editor.texts["zh.rubric"]
    assert {one["code"] for one in found} == {"R031"}
    assert {text_at(text, one["range"]) for one in found} == {"接通率"}
    where = editor.ask("textDocument/definition", editor.at("zh.rubric", "接通)"))
    assert [text_at(text, one["range"]) for one in where] == ["接通"]
    assert where[0]["range"]["start"] == {"line": 3, "character": 2}
    edit = editor.ask("textDocument/rename", {**editor.at("zh.rubric", "接通率 “"), "newName": "通率"})
    assert edited(text, edit["changes"][editor.uri("zh.rubric")]) == text.replace("接通率", "通率")


@pytest.mark.parametrize(("encoding", "expected"), [("utf-32", 5), ("utf-8", 9)])
def test_the_unit_of_columns_is_agreed_on(tmp_path: Path, encoding: str, expected: int) -> None:
    """Before the name stand two blanks, 触点 (three bytes each) and a blank."""
    client = Client(tmp_path, encodings=[encoding])
    assert client.greeting["capabilities"]["positionEncoding"] == encoding
    client.open("zh.rubric", CHINESE)
    symbols = client.ask("textDocument/documentSymbol", client.of("zh.rubric"))
    (touchpoint,) = next(one for one in symbols if one["name"].startswith("呼入"))["children"]
    assert touchpoint["selectionRange"]["start"]["character"] == expected
    assert client.leave() == 0


# ---------------------------------------------------------------- completion


@pytest.fixture(scope="module")
def writing(editor: Client) -> Client:
    editor.open("w.rubric", RUBRIC)
    return editor


def offered(editor: Client, before: str, after: str = "") -> list[str]:
    """What is offered behind `before`, put in place of the test at the end of the rubric."""
    text = RUBRIC[: RUBRIC.index('test "')] + before
    editor.write("w.rubric", text + after)
    place = editor.at("w.rubric", text, len(text))
    found = editor.ask("textDocument/completion", place)
    for item in found:
        assert item["textEdit"]["newText"]
    return labels(found)


def test_at_the_margin_statements_are_offered(writing: Client) -> None:
    found = offered(writing, "")
    assert {"bands", "indicator", "ranking", "test"} <= set(found)
    assert "ties by" not in found and "connected" not in found


def test_keywords_are_those_that_the_parser_takes(writing: Client) -> None:
    assert set(offered(writing, "ranking by overall\n  ")) == {
        "exact", "exclude", "no better than", "rounded down to", "rounded half even to", "rounded half up to",
        "rounded up to", "ties by", "ties share"}
    assert offered(writing, "ranking by overall\n  rounded half ") == ["rounded half even to", "rounded half up to"]


def test_names_are_those_of_the_right_kind(writing: Client) -> None:
    found = offered(writing, "ranking by ")
    assert {"overall", "access", "waiting", "connect_rate"} <= set(found)
    assert not {"city", "wait", "calls", "target", "heat"} & set(found)
    assert offered(writing, "measure a = share(heat is ") == ["hot", "warm", "cold", "dead", "missing", "not"]
    assert {"connected", "wait", "target", "calls"} <= set(offered(writing, "measure a = mean("))
    outside = offered(writing, "measure a = ")
    assert {"connect_rate", "overall", "share"} <= set(outside) and "wait" not in outside and "a" not in outside
    assert offered(writing, "bands b by heat\n  ")[:4] == ["hot", "warm", "cold", "dead"]
    assert "weights" not in offered(writing, "indicator ")


def test_values_of_the_type_that_fits_come_first(writing: Client) -> None:
    text = RUBRIC[: RUBRIC.index('test "')] + "touchpoint t worth 1 when "
    writing.write("w.rubric", text)
    found = writing.ask("textDocument/completion", writing.at("w.rubric", text, len(text)))
    first = sorted((item for item in found if item["kind"] != 14), key=lambda item: item["sortText"])
    assert first[0]["label"] == "connected"


def test_cells_of_a_grid_are_columns_above_and_members_below(writing: Client) -> None:
    grid = 'test "t"\n  given calls\n    '
    assert set(offered(writing, grid)) == {"call", "city", "tester", "connected", "wait"}
    assert offered(writing, grid + "city | connected\n    \"甲\" | ")[:2] == ["yes", "no"]
    assert {"hot", "dead"} <= set(offered(writing, grid + "city\n    \"甲\"\n  expect\n    city | heat\n    \"甲\" | "))


def test_a_chinese_file_is_offered_chinese_words(editor: Client) -> None:
    text = CHINESE + "排名 总榜 按 呼入\n  四舍"
    editor.open("zh2.rubric", text)
    found = editor.ask("textDocument/completion", editor.at("zh2.rubric", text, len(text)))
    assert labels(found) == ["四舍五入到"] and found[0]["detail"] == "rounded half up to"


def test_nothing_is_offered_inside_quotes_and_comments(writing: Client) -> None:
    assert offered(writing, 'note "ra') == []
    assert offered(writing, "measure a = 1  # ra") == []


# ---------------------------------------------------------------- names


def test_hover_tells_what_a_name_is(editor: Client) -> None:
    editor.open("h.rubric", RUBRIC)

    def told(text: str, offset: int = 0) -> str:
        value: str = editor.ask("textDocument/hover", editor.at("h.rubric", text, offset))["contents"]["value"]
        return value

    wait = told("wait      seconds")
    assert "**wait** · column" in wait and "seconds 0 to 1800" in wait and "present when `connected`" in wait
    heat = told("heat by")
    assert "hot 热线" in heat and "one value a city" in heat
    quick = told("quick worth")
    assert "worth 6, 60% of overall" in quick and "one value a row of `calls`" in quick
    assert "15 s" in told("target from") and "5 s to 60 s" in told("target from")
    assert "class of `heat`" in told('hot "') and "used in line 33" in told('hot "')
    assert told("rounded half up to 1%") == "`rounded half up to` · `四舍五入到`"
    assert told("share(") == "`share` · `占比`"
    assert "used nowhere" in told("edition") or "版本" in told("edition")


def test_references_are_all_occurrences_and_no_others(editor: Client) -> None:
    text = RUBRIC.replace("ties share", "ties share\nmeasure hot = share(connected)")
    editor.open("r.rubric", text)
    asked = {**editor.at("r.rubric", "hot  "), "context": {"includeDeclaration": True}}
    spans = [one["range"]["start"]["line"] for one in editor.ask("textDocument/references", asked)]
    lines = text.split("\n")
    assert [lines[line].strip().split()[0] for line in spans] == ["from", '"甲"']
    asked = {**editor.at("r.rubric", "connected yes/no"), "context": {"includeDeclaration": False}}
    assert len(editor.ask("textDocument/references", asked)) == text.count("connected") - 1


def test_renaming_reaches_the_files_that_use_this_one(editor: Client, folder: Path) -> None:
    (folder / "part.rubric").write_text("parameter tolerance from 1 to 9 = 3\n", "utf-8")
    user = 'use "part.rubric"\nmeasure twice = tolerance * 2\n'
    (folder / "user.rubric").write_text(user, "utf-8")
    (folder / "other.rubric").write_text("parameter tolerance = 3\n", "utf-8")
    editor.open("part.rubric")
    edit = editor.ask("textDocument/rename", {**editor.at("part.rubric", "tolerance"), "newName": "slack"})
    assert set(edit["changes"]) == {editor.uri("part.rubric"), editor.uri("user.rubric")}
    assert edited(user, edit["changes"][editor.uri("user.rubric")]) == user.replace("tolerance", "slack")


@pytest.mark.parametrize(
    ("name", "reason"), [("3x", "cannot be a name"), ("bands", "word of the language"), ("target", "already")]
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(editor: Client, name: str, reason: str) -> None:
    if "n.rubric" not in editor.texts:
        editor.open("n.rubric", RUBRIC)
    with pytest.raises(Failed, match=reason):
        editor.ask("textDocument/rename", {**editor.at("n.rubric", "wait      seconds"), "newName": name})


# ---------------------------------------------------------------- the document


def test_the_outline_has_statements_with_their_parts(editor: Client) -> None:
    editor.open("o.rubric", RUBRIC)
    found = editor.ask("textDocument/documentSymbol", editor.of("o.rubric"))
    assert [one["name"] for one in found] == [
        "calls 拨测", "target", "connect_rate 接通率", "heat", "overall 综合得分", "overall",
        "a quick answer has full marks"]
    overall = found[4]
    assert [one["name"] for one in overall["children"]] == ["access 接通", "waiting 等待"]
    assert overall["children"][1]["children"][0]["detail"] == "touchpoint 6"
    lines = RUBRIC.split("\n")
    assert lines[overall["range"]["end"]["line"]].strip() == "over target: 2"


def test_blocks_and_comments_fold(editor: Client) -> None:
    editor.open("f.rubric", "# one\n# two\nbands b by c\n  from 1: x\n  under 1: y\nmeasure m = 1\n")
    found = editor.ask("textDocument/foldingRange", editor.of("f.rubric"))
    assert sorted((one["startLine"], one["endLine"]) for one in found) == [(0, 1), (2, 4)]


def test_semantic_tokens_say_what_each_name_is(editor: Client) -> None:
    text = 'measure 𠀀率 = share(x)  # c\nbands b by 𠀀率\n  from 95%: hot "热"\n  otherwise: cold\n'
    editor.open("s.rubric", text)
    legend = editor.greeting["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"]
    numbers = editor.ask("textDocument/semanticTokens/full", editor.of("s.rubric"))["data"]
    line = column = 0
    found = []
    for at in range(0, len(numbers), 5):
        down, right, size, kind, declares = numbers[at : at + 5]
        line, column = line + down, right if down else column + right
        place = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + size}}
        found.append((text_at(text, place), legend[kind], declares))
    assert found[:6] == [
        ("measure", "keyword", 0), ("𠀀率", "variable", 1), ("=", "operator", 0), ("share", "function", 0),
        ("x", "variable", 0), ("# c", "comment", 0)]
    assert ("hot", "enumMember", 1) in found and ("95%", "number", 0) in found and ('"热"', "string", 0) in found


def test_formatting_is_that_of_fmt(editor: Client) -> None:
    editor.open("fmt.rubric", "bands heat by rate\n  from 95%: hot\n  0% to under 95%: 𠀀\n")
    (edit,) = editor.ask("textDocument/formatting", {
        **editor.of("fmt.rubric"), "options": {"tabSize": 2, "insertSpaces": True}})
    assert edited(editor.texts["fmt.rubric"], [edit]) == (
        "bands heat by rate\n  from 95%:        hot\n  0% to under 95%: 𠀀\n")
    laid_out = edit["newText"]
    editor.write("fmt.rubric", laid_out)
    assert not editor.ask("textDocument/formatting", {
        **editor.of("fmt.rubric"), "options": {"tabSize": 2, "insertSpaces": True}})


def test_the_keywords_can_be_translated(editor: Client) -> None:
    editor.open("t.rubric", "measure a = 1\n")
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    asked = {**editor.of("t.rubric"), "range": everything, "context": {"diagnostics": [], "only": ["refactor"]}}
    (action,) = editor.ask("textDocument/codeAction", asked)
    assert action["title"] == "Translate the keywords to Chinese"
    assert action["edit"]["changes"][editor.uri("t.rubric")][0]["newText"] == "测算 a = 1\n"


# ---------------------------------------------------------------- margins and lenses


def test_margins_show_shares_and_how_many_observations_fall_in_each_row(tmp_path: Path) -> None:
    """甲 answered two of two calls, 乙 one of two, 丙 one of one, after 10, 20, 5 and 15 s; the target is 15."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "r2.csv").write_text(rubrics.CALLS, "utf-8")
    client = Client(tmp_path, options={"data": {"calls": "data/r2.csv"}})
    client.open("a.rubric", RUBRIC)
    client.until(lambda message: message.get("method") == "workspace/inlayHint/refresh")
    asked = {**client.of("a.rubric"), "range": {
        "start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}}
    found = client.ask("textDocument/inlayHint", asked)
    lines = RUBRIC.split("\n")
    shown = {lines[hint["position"]["line"]].strip().split(":")[0]: hint["label"] for hint in found}
    assert shown == {
        'indicator access "接通" worth 4': "40%", "touchpoint answered worth 4 when connected": "40%",
        'indicator waiting "等待" worth 6': "60%", "touchpoint quick worth 6 by wait": "60%",
        "from 95%": "2 × city", "31% to 94%": "1 × city", "1% to 30%": "0 × city", "0%": "0 × city",
        "up to target": "3 rows", "over target": "1 row"}
    assert client.leave() == 0


def test_a_lens_runs_a_test_and_says_what_became_of_it(editor: Client) -> None:
    wrong = RUBRIC.replace("| 10      | hot ", "| 9       | hot ")
    editor.open("l.rubric", wrong)
    editor.until(lambda message: message.get("method") == "workspace/codeLens/refresh")
    found = editor.ask("textDocument/codeLens", editor.of("l.rubric"))
    assert [lens["command"]["title"] for lens in found] == ["run test", "✗ failed: overall came out as 10"]
    assert wrong.split("\n")[found[0]["range"]["start"]["line"]].startswith("test ")
    editor.write("l.rubric", RUBRIC)
    assert [lens["command"]["title"] for lens in editor.ask("textDocument/codeLens", editor.of("l.rubric"))] == [
        "run test"]
    command = found[0]["command"]
    editor.ask("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
    editor.until(lambda message: message.get("method") == "workspace/codeLens/refresh")
    found = editor.ask("textDocument/codeLens", editor.of("l.rubric"))
    assert [lens["command"]["title"] for lens in found] == ["run test", "✓ passed"]


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("locale", "words", "said"),
    [("zh-cn", (), "没有"), ("en", (), "no row of"), ("en", ("--lang", "zh"), "没有")],
)
def test_messages_are_in_the_language_of_the_editor_unless_another_is_asked_for(
    tmp_path: Path, locale: str, words: tuple[str, ...], said: str
) -> None:
    client = Client(tmp_path, locale=locale, words=words)
    found = client.open("gaps.rubric", rubrics.GAPS)
    assert said in found[0]["message"]
    assert client.leave() == 0
