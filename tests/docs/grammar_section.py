"""The grammar as readers of the reference see it: its own rules, with the words of one language for the tokens."""

from __future__ import annotations

import re

from rubric_dsl.surface.keywords import Language, grammar_folder, keywords

HEADING = re.compile(r"^// -{10,} (.+)$", re.MULTILINE)
TOKEN = re.compile(r"\b_([A-Z][A-Z_]*)\b")
ALIAS = re.compile(r"\s+-> \w+")
PLACES = {
    "NAME": ("name", "名称"), "QUOTED": ("“text”", "“文字”"), "AMOUNT": ("number", "数"),
    "COMPARE": ("< <= > >= <>", "< <= > >= <>"),
}


def grammar_section() -> str:
    """Both languages one after the other: the same rules, in the words of each."""
    return "\n\n".join(
        f"{head}\n\n```text\n{_grammar(lang)}\n```"
        for lang, head in (("en", "In English words:"), ("zh", "用中文词："))
    )


def _grammar(lang: Language) -> str:
    text = (grammar_folder() / "rubric.lark").read_text("utf-8")
    start = HEADING.search(text)
    assert start is not None
    lines = []
    for line in text[start.start() :].split("\n"):
        if line.startswith(("//", "%")) or not line.strip():
            if (not lines or lines[-1]) and not HEADING.match(line):
                lines.append("")
            continue
        lines.append(_rule(line, lang))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _rule(line: str, lang: Language) -> str:
    line = ALIAS.sub("", line).removeprefix("?").rstrip()
    if line.startswith(" "):
        line = "    " + line.strip()
    line = TOKEN.sub(lambda found: f"`{keywords().tokens[found[1]].shown(lang)}`", line)
    for name, shown in PLACES.items():
        line = re.sub(rf"\b{name}\b", shown[lang == "zh"], line)
    return line
