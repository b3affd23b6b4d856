"""The catalogue of diagnostics: the list, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.examples import Example, examples
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.width import pad, width, wrap

FAMILIES = {
    "text": ("text and layout", "文本与版式"),
    "syntax": ("statements", "语句"),
    "names": ("names", "名称"),
    "types": ("types and units", "类型与单位"),
    "grain": ("one value a row or a subject", "每行一值还是每个对象一值"),
    "presence": ("absence", "缺失"),
    "tables": ("tables", "分档表"),
    "definitions": ("parameters, formulas, measures, bands", "参数、公式、测算、分档"),
    "foldings": ("foldings", "折算"),
    "periods": ("periods", "分期"),
    "scoring": ("scoring rules", "计分规则"),
    "worth": ("worth", "满分"),
    "matters": ("what changes nothing", "不起作用之处"),
    "weights": ("weights", "权重"),
    "ranking": ("rankings", "排名"),
    "tests": ("tests", "用例"),
    "promises": ("promises", "承诺"),
    "grids": ("grids of tests", "用例表格"),
    "files": ("files and limits", "文件与限制"),
    "writing": ("layout and translation", "排版与翻译"),
    "importing": ("scoring sheets as workbooks", "用工作簿写的细则"),
    "data": ("observations", "观测数据"),
    "reading": ("observations as people send them", "各式各样的来件"),
    "corrections": ("corrections", "申诉更正"),
    "run": ("while scoring", "计分过程"),
}
"""In the order in which a rubric is read; the names of the files of prose."""


SEVERITIES = {"error": "错误", "warning": "警告", "hint": "提示", "refusal": "拒收", "repair": "修正"}


def list_lines(look: Look) -> Iterable[Line]:
    """All codes by family, each with its title."""
    order = list(FAMILIES)
    found = {family: codes for family, codes in prose.families().items() if codes}
    for family in sorted(found, key=lambda name: order.index(name) if name in order else len(order)):
        en, zh = FAMILIES.get(family, (family, family))
        yield (Piece(look.say(en, zh), "strong"),)
        for code in found[family]:
            head, *rest = wrap(prose.title(code, look.lang), look.columns - 8)
            yield Piece("  " + pad(code, 6), prose.severity(code)), Piece(head)
            for line in rest:
                yield (Piece(" " * 8 + line),)
        yield ()


def page_lines(code: str, look: Look) -> Iterable[Line]:
    """What the finding is, why it matters, what is said, and the acts that are offered."""
    head = f"{code} {prose.name(code)}"
    kind = _severity(code, look)
    yield Piece(head, prose.severity(code)), Piece(look.say(f" ({kind})", f"（{kind}）"))
    for line in wrap(prose.title(code, look.lang), look.columns):
        yield (Piece(line, "strong"),)
    why = prose.why(code, look.lang)
    if why:
        yield ()
        for paragraph in why.strip().split("\n"):
            for line in wrap(paragraph, look.columns):
                yield (Piece(line),)
    if code in examples():
        yield from _example(examples()[code][look.lang], look)
        return
    said = prose.entry(code).get(look.lang, {})
    yield ()
    yield from _quoted(look.say("it says:", "提示："), str(said.get("message", "")).replace("{help}", ""), look)
    for text in said.get("helps", {}).values():
        yield from _quoted(look.say("help:", "建议："), str(text), look)


def _example(example: Example, look: Look) -> Iterable[Line]:
    """The files that bring it up, what is said of them, and the files mended."""
    yield ()
    yield (Piece(look.say("Wrong", "有误"), "strong"),)
    yield from _files(example.wrong, look)
    yield ()
    yield from _written(example.said, 2, look)
    yield ()
    yield (Piece(look.say("Repaired", "改正"), "strong"),)
    yield from _files(example.right, look)


def _files(texts: Mapping[str, str], look: Look) -> Iterable[Line]:
    for name, text in texts.items():
        if len(texts) > 1:
            yield (Piece(f"  {name}", "place"),)
        yield from _written(text, 4, look)


def _written(text: str, indent: int, look: Look) -> Iterable[Line]:
    """A text as it is, set in; lines that the terminal has no room for go on below themselves."""
    for line in text.rstrip("\n").split("\n"):
        blanks = " " * (indent + len(line) - len(line.lstrip()))
        room = look.columns - len(blanks)
        for part in wrap(line.lstrip(), room) if width(line.lstrip()) > room else [line.lstrip()]:
            yield (Piece(blanks + part if part else ""),)


def code_json(code: str) -> dict[str, str]:
    return {
        "code": code, "name": prose.name(code), "severity": prose.severity(code),
        "title": prose.title(code, "en"), "why": prose.why(code, "en"),
    }


def _severity(code: str, look: Look) -> str:
    said = str(prose.entry(code).get("severity", "error"))
    return look.say(said, SEVERITIES.get(said, said))


def _quoted(head: str, text: str, look: Look) -> Iterable[Line]:
    indent = width(head) + 1
    first = True
    for line in wrap(text, look.columns - indent):
        yield (Piece(pad(head, indent), "help"), Piece(line)) if first else (Piece(" " * indent + line),)
        first = False
