"""The catalogue of diagnostics: the list, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rubric_dsl.diagnostics import prose
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.width import pad, width, wrap

FAMILIES = {
    "R00": ("text and layout", "文本与版式"), "R01": ("text and layout", "文本与版式"), "R02": ("statements", "语句"),
    "R03": ("tables", "表"), "R04": ("names", "名称"), "R05": ("weights", "权重"),
    "R06": ("types and units", "类型与单位"),
    "R07": ("one value a row or a subject", "每行一值还是每对象一值"),
    "R08": ("absence", "缺失"), "R09": ("worth", "满分"),
    "R10": ("rankings", "排名"), "R11": ("files and limits", "文件与限制"), "R12": ("tests and promises", "用例与承诺"),
    "R13": ("parameters, formulas, measures, bands", "参数、公式、测算、分档"), "R14": ("scoring rules", "计分规则"),
    "D00": ("observations", "观测数据"), "D01": ("observations", "观测数据"), "D02": ("observations", "观测数据"),
    "D03": ("tables of observations", "观测数据表"), "D04": ("tables of observations", "观测数据表"),
    "X00": ("while scoring", "计分过程"), "X01": ("while scoring", "计分过程"),
}


def list_lines(look: Look) -> Iterable[Line]:
    """All codes by family, each with its title."""
    for family, codes in groupby(prose.all_codes(), key=lambda code: _family(code, look)):
        yield (Piece(family, "strong"),)
        for code in codes:
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
    yield (Piece(prose.title(code, look.lang), "strong"),)
    why = prose.why(code, look.lang)
    if why:
        yield ()
        for paragraph in why.strip().split("\n"):
            for line in wrap(paragraph, look.columns):
                yield (Piece(line),)
    said = prose.entry(code).get(look.lang, {})
    yield ()
    yield from _quoted(look.say("it says:", "提示："), str(said.get("message", "")).replace("{help}", ""), look)
    for text in said.get("helps", {}).values():
        yield from _quoted(look.say("help:", "建议："), str(text), look)


def code_json(code: str) -> dict[str, str]:
    return {
        "code": code, "name": prose.name(code), "severity": prose.severity(code),
        "title": prose.title(code, "en"), "why": prose.why(code, "en"),
    }


def _family(code: str, look: Look) -> str:
    en, zh = FAMILIES.get(code[:3], ("other", "其他"))
    return look.say(en, zh)


def _severity(code: str, look: Look) -> str:
    severity = prose.severity(code)
    if code.startswith("D"):
        return look.say("refused" if severity == "error" else severity, "拒收" if severity == "error" else "提示")
    return look.say(severity, {"error": "错误", "warning": "警告", "hint": "提示"}[severity])


def _quoted(head: str, text: str, look: Look) -> Iterable[Line]:
    indent = width(head) + 1
    first = True
    for line in wrap(text, look.columns - indent):
        yield (Piece(pad(head, indent), "help"), Piece(line)) if first else (Piece(" " * indent + line),)
        first = False
