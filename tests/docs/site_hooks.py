"""What mkdocs needs to know of our documents: the words behind a fence, sheets as tables, the list of decisions."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^( *)```(\w+)([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
REFERENCE = "Reference 参考"
FILE = re.compile(r"\bfile=(\S+)")
BETWEEN = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef”])\n(?=[\u4e00-\u9fff“（《`])")
TITLE = re.compile(r"^# (?:[0-9]+\. )?(.*)$", re.MULTILINE)


def on_config(config: Any) -> Any:
    """The decisions are listed as they are there; a page that the navigation does not name joins the reference."""
    docs = Path(config["docs_dir"])
    named = str(config["nav"])
    (reference,) = (inner for entry in config["nav"] for name, inner in entry.items() if name == REFERENCE)
    for path in sorted(docs.glob("*.md")):
        if f"'{path.name}'" not in named:
            reference.append(path.name)
    folder = docs / "decisions"
    pages = []
    for path in sorted(folder.glob("*.md")):
        found = TITLE.search(path.read_text("utf-8"))
        assert found is not None, path
        pages.append({f"{int(path.name[:4])}. {found[1]}": f"decisions/{path.name}"})
    config["nav"] = [
        {name: pages if inner == "decisions" else inner for name, inner in entry.items()} for entry in config["nav"]
    ]
    return config


def on_page_context(context: Any, page: Any, config: Any, **_: Any) -> Any:
    """The other language of a page is one step away."""
    folder, _, name = page.file.dest_uri.partition("/")
    for other in config["extra"]["alternate"]:
        other["link"] = f"{other['lang']}/{name if folder in ('en', 'zh') else 'tutorial.html'}"
    return context


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fences without the words that are for the tests; the name of a file above its text."""
    parts, at = [], 0
    for found in FENCE.finditer(markdown):
        parts += [_joined(markdown[at : found.start()]), _block(found)]
        at = found.end()
    return "".join([*parts, _joined(markdown[at:])])


def _joined(prose: str) -> str:
    """Lines of Chinese text, between which a browser would put a blank."""
    return BETWEEN.sub("", prose)


def _block(found: re.Match[str]) -> str:
    indent, kind, words, text = found.groups()
    named = FILE.search(words)
    head = f'{indent}<p class="rubric-file">{html.escape(named[1])}</p>\n\n' if named else ""
    if kind == "sheet":
        return f"{head}{_table(text)}\n"
    return f"{head}{indent}```text\n{text}{indent}```"


def _table(text: str) -> str:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    widest = max(map(len, rows))
    lines = []
    for row in rows:
        span = f' colspan="{widest}"' if len(row) == 1 else ""
        row += [""] * (widest - len(row)) if len(row) > 1 else []
        lines.append("<tr>" + "".join(f"<td{span}>{html.escape(cell)}</td>" for cell in row) + "</tr>")
    return '<div class="rubric-sheet"><table>' + "".join(lines) + "</table></div>\n"
