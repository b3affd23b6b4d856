"""The pages of the diagnostics, `docs/diagnostics/CODE.md`, from the catalogue's prose and the gallery's examples."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.render.catalogue import FAMILIES, SEVERITIES
from rubric_dsl.surface.layout import formatted
from rubric_dsl.text.files import read_source
from tests.diagnostics import gallery
from tests.docs.blocks import ROOT
from tests.docs.sections import table

GALLERY = ROOT / "tests" / "diagnostics"
HIDDEN = ("expected.en.txt", "expected.zh.txt", "README.md")


def page_files() -> Iterator[tuple[str, str]]:
    """Each page by its path inside `docs/`, the list of all first."""
    yield "diagnostics.md", _index()
    for code in prose.all_codes():
        yield f"diagnostics/{code}.md", _page(code)


def _index() -> str:
    parts = [
        "# Diagnostics 诊断\n",
        "Everything that the program may find in a rubric (R), refuse in data (D), ask about a scoring sheet (I)"
        " or stop at while scoring (X). A code never changes its meaning. `rubric codes R031` shows the same on a"
        " terminal.\n",
        "程序可能在细则里发现的（R）、在数据里拒收的（D）、导入评分表时提问的（I）、计分时停下的（X）问题。编号的含义不会改变。"
        "在终端可用 `rubric codes R031` 查看。\n",
    ]
    order = list(FAMILIES)
    for family in sorted(prose.families(), key=lambda name: order.index(name) if name in order else len(order)):
        codes = prose.families()[family]
        if codes:
            en, zh = FAMILIES.get(family, (family, family))
            rows = [
                [f"[{code}](diagnostics/{code}.md)", f"`{prose.name(code)}`", _title(code, "en"), _title(code, "zh")]
                for code in codes
            ]
            parts.append(f"## {en} {zh}\n\n" + table(["code", "name", "", ""], rows))
    return "\n".join(parts)


def _page(code: str) -> str:
    kind = str(prose.entry(code).get("severity", "error"))
    head = f"# {code} {prose.name(code)}\n\n{kind} {SEVERITIES.get(kind, kind)} · [all 全部](../diagnostics.md)\n"
    shown = example(code)

    def row(en: str, zh: str, cell: Callable[[str], str]) -> str:
        cells = "".join(f"<td>{cell(lang)}</td>\n" for lang in prose.LANGUAGES)
        return f"<tr><th>{en}</th><th>{zh}</th></tr>\n<tr>\n{cells}</tr>\n"

    rows = [
        row("What it means", "含义", lambda lang: f"<p><b>{_inline(_sentence(_title(code, lang), lang))}</b></p>"),
        row("Why it matters", "为何重要", lambda lang: _paragraphs(prose.why(code, lang))),
    ]
    if shown is None:
        rows.append(row("What is said", "提示", lambda lang: _pre(prose.entry(code).get(lang, {}).get("message", ""))))
    else:
        rows += [
            row("Wrong", "有误", lambda lang: _files(shown[lang].wrong)),
            row("What is said", "提示", lambda lang: _pre(shown[lang].said)),
            row("Repaired", "改正", lambda lang: _files(shown[lang].right)),
        ]
    return f"{head}\n<table>\n{''.join(rows)}</table>\n"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.strip().split("\n"))


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _files(texts: Mapping[str, str]) -> str:
    """Each file under its name; a rubric alone needs none."""
    alone = len(texts) == 1 and next(iter(texts)).endswith(".rubric")
    return "".join(("" if alone else f"<p><code>{name}</code></p>") + _pre(text) for name, text in texts.items())


def _pre(text: str) -> str:
    """A blank line would end the table for readers of Markdown, so its line break is written by its number."""
    return "<pre>" + re.sub(r"(?<=\n)\n", "&#10;", escape(text.rstrip("\n"), quote=False)) + "</pre>"


def _title(code: str, lang: str) -> str:
    return prose.title(code, lang)


def _sentence(title: str, lang: str) -> str:
    return title[:1].upper() + title[1:] if lang == "en" else title


@dataclass(frozen=True)
class Shown:
    """The files that bring up a code, what is said of them, and the repaired files that differ."""

    wrong: Mapping[str, str]
    said: str
    right: Mapping[str, str]


def example(code: str) -> dict[str, Shown] | None:
    """By language. The Chinese one has the rubrics in Chinese keywords, run too, where they can be read at all."""
    folder = GALLERY / code
    if not (folder / "expected.en.txt").exists():
        return None
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in HIDDEN)
    names.sort(key=lambda name: (not name.endswith(".rubric"), "bad" not in name))
    texts = {name: _text(folder / name) for name in names}
    said = {lang: (folder / f"expected.{lang}.txt").read_text("utf-8") for lang in prose.LANGUAGES}
    found = {lang: _parted(texts, said[lang]) for lang in prose.LANGUAGES}
    chinese = translated(code)
    if chinese is not None:
        brought = gallery.bring_up(folder, "bad.rubric", chinese["bad.rubric"].encode(), "bad")
        assert code in brought.codes(), f"{code} is not found in its example in Chinese"
        found["zh"] = _parted(texts | chinese, brought.text("zh"))
    return found


def _parted(texts: Mapping[str, str], said: str) -> Shown:
    return Shown(
        {name: text for name, text in texts.items() if not name.startswith("fixed.")},
        said,
        {name: text for name, text in texts.items() if name.startswith("fixed.")},
    )


def translated(code: str) -> dict[str, str] | None:
    """The wrong and the repaired rubric in Chinese keywords; None where the text itself is what is wrong."""
    found = {}
    for name in ("bad.rubric", "fixed.rubric"):
        path = GALLERY / code / name
        if not path.exists():
            continue
        source, findings = read_source(name, path.read_bytes())
        if source is None or findings or " times\n" in source.text:
            return None
        laid = formatted(source, "zh")
        if laid.text is None:
            return None
        found[name] = laid.text
    return found or None


def examples_json() -> str:
    """The examples that the program itself shows: those that can be read on a terminal."""
    found = {}
    for code in prose.all_codes():
        shown = example(code)
        if shown is None or any(unreadable(path) for path in (GALLERY / code).iterdir()):
            continue
        if sum(len(one.said) for one in shown.values()) <= LONGEST:
            found[code] = {lang: asdict(one) for lang, one in shown.items()}
    return json.dumps(found, ensure_ascii=False, indent=0) + "\n"


LONGEST = 3000
"""Characters of an example that somebody reads on a terminal."""


def unreadable(path: Path) -> bool:
    """Whether the file is too long, no text, or has what nobody sees."""
    if path.is_dir() or path.name in HIDDEN:
        return False
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return True
    return len(text) > LONGEST or " times\n" in text or any(not char.isprintable() and char != "\n" for char in text)


def _text(path: Path) -> str:
    """A file to be shown; bytes that are no text, or that nobody sees, as Python would write them."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
        hidden = any(not char.isprintable() and char != "\n" for char in text)
    except UnicodeDecodeError:
        text, hidden = data.decode("latin-1"), True
    if hidden:
        text = "\n".join(_visible(line) for line in text.split("\n"))
    return text if len(text) < 4000 else text[:3000] + "\n…"


def _visible(line: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)
