"""The grammar for editors colours what the language reads: judged by the engine that VS Code has (vscode-textmate)."""

from __future__ import annotations

import re

import pytest

from editors.textmate import settings
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.surface.tokens import tokens_of
from rubric_dsl.text.files import Source, read_source
from tests.editor.node import ROOT, Scope, scopes

KEYWORDS = ("keyword.control", "keyword.other", "keyword.operator.word", "storage.type", "constant.language")
SIGNS = {"(": "punctuation.section", ")": "punctuation.section", ",": "punctuation.separator",
         ":": "punctuation.separator", "|": "punctuation.separator"}

# What somebody who reads the line expects, piece by piece.
LINES = {
    'indicator overall "综合 得分" worth 40': [
        ("indicator", "keyword.control"), ("overall", "entity.name"), ('"综合 得分"', "string.quoted.double"),
        ("worth", "keyword.other"), ("40", "constant.numeric")],
    "  over 15 s to 60 s: 20 falling to 10  # 递减": [
        ("over", "keyword.other"), ("15", "constant.numeric"), ("s", "keyword.other.unit"), ("to", "keyword.other"),
        ("60", "constant.numeric"), ("s", "keyword.other.unit"), (":", "punctuation.separator"),
        ("20", "constant.numeric"), ("falling to", "keyword.other"), ("10", "constant.numeric"),
        ("# 递减", "comment.line.number-sign")],
    "  connected \"是否接通\" yes/no": [
        ("connected", "variable.other"), ('"是否接通"', "string.quoted.double"), ("yes/no", "storage.type")],
    "measure rate = share(connected) * 1.5 when wait is not missing": [
        ("measure", "keyword.control"), ("rate", "entity.name"), ("=", "keyword.operator"),
        ("share", "support.function"), ("(", "punctuation.section"), ("connected", "variable.other"),
        (")", "punctuation.section"), ("*", "keyword.operator"), ("1.5", "constant.numeric"), ("when", "keyword.other"),
        ("wait", "variable.other"), ("is", "keyword.operator.word"), ("not", "keyword.operator.word"),
        ("missing", "constant.language")],
    # `weights` and `to` are words of their own and beginnings of longer ones; `total` only begins like one.
    "  weights from panel": [("weights from", "keyword.other"), ("panel", "variable.other")],
    "weights panel by mean": [
        ("weights", "keyword.control"), ("panel", "entity.name"), ("by", "keyword.other"), ("mean", "variable.other")],
    "  0% to under 95%: total": [
        ("0", "constant.numeric"), ("%", "keyword.other.unit"), ("to under", "keyword.other"),
        ("95", "constant.numeric"), ("%", "keyword.other.unit"), (":", "punctuation.separator"),
        ("total", "variable.other")],
    "ranking by overall": [("ranking", "keyword.control"), ("by", "keyword.other"), ("overall", "variable.other")],
    'note "a \\" b" # c': [
        ("note", "keyword.control"), ('"a \\" b"', "string.quoted.double"), ("# c", "comment.line.number-sign")],
    'note "open': [("note", "keyword.control"), ('"open', "invalid.illegal.unclosed")],
    "指标 综合 “综合得分” 满分 40分": [
        ("指标", "keyword.control"), ("综合", "entity.name"), ("“综合得分”", "string.quoted.double"),
        ("满分", "keyword.other"), ("40", "constant.numeric"), ("分", "keyword.other.unit")],
    "  超过15秒至60秒：20 降至 10　＃递减": [
        ("超过", "keyword.other"), ("15", "constant.numeric"), ("秒", "keyword.other.unit"), ("至", "keyword.other"),
        ("60", "constant.numeric"), ("秒", "keyword.other.unit"), ("：", "punctuation.separator"),
        ("20", "constant.numeric"), ("降至", "keyword.other"), ("10", "constant.numeric"),
        ("＃递减", "comment.line.number-sign")],
    "测算 接通率 ＝ 占比（接通）当 等待 为 非 缺失": [
        ("测算", "keyword.control"), ("接通率", "entity.name"), ("＝", "keyword.operator"),
        ("占比", "support.function"), ("（", "punctuation.section"), ("接通", "variable.other"),
        ("）", "punctuation.section"), ("当", "keyword.other"), ("等待", "variable.other"),
        ("为", "keyword.operator.word"),
        ("非", "keyword.operator.word"), ("缺失", "constant.language")],
    # 排名表 is a name that only begins like a keyword; a phrase may stand apart; 分档 behind a number is no unit.
    "  排名表 是／否 “𠀀”": [
        ("排名表", "variable.other"), ("是／否", "storage.type"), ("“𠀀”", "string.quoted.double")],
    "  权重 取自 专家": [("权重 取自", "keyword.other"), ("专家", "variable.other")],
    "  四舍五入到 １２．５％": [
        ("四舍五入到", "keyword.other"), ("１２．５", "constant.numeric"), ("％", "keyword.other.unit")],
    "  10 分档 2位小数": [
        ("10", "constant.numeric"), ("分档", "keyword.control"), ("2", "constant.numeric"),
        ("位小数", "keyword.other")],
}


@pytest.fixture(scope="module")
def shown() -> dict[str, list[Scope]]:
    return dict(zip(LINES, scopes({"lines": list(LINES)})["lines"], strict=True))


@pytest.mark.parametrize("line", LINES)
def test_each_piece_of_a_line_has_its_colour(shown: dict[str, list[Scope]], line: str) -> None:
    assert shown[line] == LINES[line]


def test_every_rubric_of_the_repository_is_coloured_as_it_is_read() -> None:
    """Every token that the language reads is one piece with a fitting scope, and there are no others."""
    texts, expected = {}, {}
    for path in sorted(ROOT.rglob("*.rubric")):
        source, _ = read_source(path.name, path.read_bytes())
        if source is None or "node_modules" in path.parts:
            continue
        name = str(path.relative_to(ROOT))
        texts[name] = source.lines()
        expected[name] = _tokens(source)
    found = scopes(texts)
    compared = 0
    for name, lines in expected.items():
        for number, tokens in lines.items():
            pieces = _with_units(found[name][number - 1])
            assert [text for text, _ in pieces] == [text for text, _ in tokens], f"{name}:{number}"
            for (text, scope), (_, fitting) in zip(pieces, tokens, strict=True):
                assert scope in fitting, f"{name}:{number}: {text} is {scope}, not one of {fitting}"
            compared += len(tokens)
    assert len(expected) > 500 and compared > 30_000


def _tokens(source: Source) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """By line the tokens, each with the scopes that fit; lines with a fault in them are left out."""
    found: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for logical, line in parse(source).lines:
        tokens = tokens_of(logical.text, line.origin)
        if tokens.fault is not None or "\n" in logical.text:
            continue
        pieces = []
        for index, kind in enumerate(tokens.kinds):
            written = tokens.written(index)
            called = tokens.kinds[index + 1 : index + 2] == ["("] and function_id(tokens.texts[index])
            if kind == "NAME":
                fitting: tuple[str, ...] = ("support.function",) if called else ("variable.other", "entity.name")
            elif kind == "AMOUNT":
                written, fitting = "".join(written.split()), ("constant.numeric",)
            elif kind == "QUOTED":
                fitting = ("string.quoted.double",)
            else:
                fitting = KEYWORDS if kind[0] == "_" else (SIGNS.get(kind, "keyword.operator"),)
            pieces.append((written, fitting))
        comment = logical.text[tokens.ends[-1] if tokens.ends else 0 :].strip()
        found[logical.number] = [*pieces, *([(comment, ("comment.line.number-sign",))] if comment else [])]
    return found


def _with_units(pieces: list[Scope]) -> list[Scope]:
    """A number and its unit as the one amount that the language reads."""
    found: list[Scope] = []
    for text, scope in pieces:
        if scope == "keyword.other.unit":
            before, number = found.pop()
            found.append((before + text, number))
        else:
            found.append((text, scope))
    return found


@pytest.mark.parametrize(("line", "opens"), [
    ("bands heat by rate", True), ("分档 热度 按 接通率", True), ("touchpoint wait worth 20 by wait", True),
    ("  触点 等待 满分 20 按 等待", True), ("expect", True), ('test "t"', True),
    ("touchpoint t worth 4 when ok", False),
    ("measure a = 1", False), ("ranked by x", False), ("排名表 文本", False), ("weights w by mean", True),
])
def test_a_line_that_opens_a_block_indents_the_next(line: str, opens: bool) -> None:
    rules = settings()["indentationRules"]
    assert isinstance(rules, dict)
    assert bool(re.search(rules["increaseIndentPattern"], line)) is opens
