"""The pages of the diagnostics, `docs/diagnostics/CODE.md`, from the catalogue's prose and the gallery's examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.render.catalogue import FAMILIES, SEVERITIES
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
    parts = [
        f"# {code} {prose.name(code)}\n",
        f"{kind} {SEVERITIES.get(kind, kind)} · [all 全部](../diagnostics.md)\n",
    ]
    for lang, head in (("en", "## {}\n"), ("zh", "## {}\n")):
        parts.append(head.format(_sentence(_title(code, lang), lang)))
        why = prose.why(code, lang).strip()
        if why:
            parts.append(why + "\n")
    parts += list(_examples(code)) or list(_templates(code))
    return "\n".join(parts)


def _title(code: str, lang: str) -> str:
    return prose.title(code, lang)


def _sentence(title: str, lang: str) -> str:
    return title[:1].upper() + title[1:] if lang == "en" else title


def _examples(code: str) -> Iterator[str]:
    """The wrong files, what is said of them in both languages, and the repaired files."""
    folder = GALLERY / code
    if not (folder / "expected.en.txt").exists():
        return
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in HIDDEN)
    wrong = [name for name in names if not name.startswith("fixed.")]
    right = [name for name in names if name.startswith("fixed.")]
    yield "## Wrong 有误\n"
    for name in wrong:
        yield _quoted(folder / name)
    for lang in prose.LANGUAGES:
        yield "```text\n" + (folder / f"expected.{lang}.txt").read_text("utf-8").rstrip("\n") + "\n```\n"
    yield "## Repaired 改正\n"
    for name in right:
        yield _quoted(folder / name)


def examples_json() -> str:
    """The examples that the program itself shows: those that can be read on a terminal."""
    found = {}
    for folder in sorted(GALLERY.iterdir()):
        if not (folder / "expected.en.txt").exists():
            continue
        names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in HIDDEN)
        texts = {name: _plain(folder / name) for name in sorted(names, key=lambda name: (".rubric" not in name, name))}
        said = {lang: (folder / f"expected.{lang}.txt").read_text("utf-8") for lang in prose.LANGUAGES}
        if any(text is None for text in texts.values()) or sum(map(len, said.values())) > LONGEST:
            continue
        found[folder.name] = {
            "wrong": {name: text for name, text in texts.items() if not name.startswith("fixed.")},
            "said": said,
            "right": {name: text for name, text in texts.items() if name.startswith("fixed.")},
        }
    return json.dumps(found, ensure_ascii=False, indent=0) + "\n"


LONGEST = 3000
"""Characters of an example that somebody reads on a terminal."""


def _plain(path: Path) -> str | None:
    """The text of a file; None where it is too long, no text, or has what nobody sees."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
    readable = all(char.isprintable() or char == "\n" for char in text) and " times\n" not in text
    return text if readable and len(text) <= LONGEST else None


def _templates(code: str) -> Iterator[str]:
    """What is said, with its blanks, of a code that has no example yet."""
    said = [str(prose.entry(code).get(lang, {}).get("message", "")) for lang in prose.LANGUAGES]
    yield "```text\n" + "\n".join(said) + "\n```\n"


def _quoted(path: Path) -> str:
    """A file as a block; bytes that are no text, or that nobody sees, as Python would write them."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
        hidden = any(not char.isprintable() and char not in "\n" for char in text)
    except UnicodeDecodeError:
        text, hidden = data.decode("latin-1"), True
    if hidden:
        text = "\n".join(_visible(line) for line in text.split("\n"))
    text = text if len(text) < 4000 else text[:3000] + "\n…"
    kind = path.suffix.removeprefix(".") or "text"
    return f"`{path.name}`\n\n````{kind}\n" + text.rstrip("\n") + "\n````\n"


def _visible(line: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)
