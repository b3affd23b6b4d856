"""Writes what is generated in `docs/` and in the pages of the library: `python -m tests.docs.generate [--check]`.

Marked sections of the language reference, what the program says of the blocks before (`text says`), transcripts
(`console`), the pages of the diagnostics, and the words of the language for editors. With `--check` nothing is written
and the exit code says whether anything is out of date.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from editors.textmate import editor_files
from tests.docs.blocks import DOCS, ROOT, Block
from tests.docs.consoles import transcript
from tests.docs.pages import examples_json, page_files
from tests.docs.running import said, steps_of
from tests.docs.sections import SECTIONS

PAIRED = sorted(str(path.relative_to(DOCS / "en")) for path in (DOCS / "en").rglob("*.md"))
"""Pages in both languages, each in a file of its own: `en/…` and `zh/…`."""
DOCUMENTS = ("language.md", "guide.md", "audit.md", *(f"{lang}/{name}" for name in PAIRED for lang in ("en", "zh")))
SECTION = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def generated_files() -> Iterator[tuple[str, str]]:
    """Each file that holds something generated, by its path in the project, with its text as it should be."""
    for path in [*(DOCS / name for name in DOCUMENTS), *sorted(ROOT.glob("rubrics/*/README.md"))]:
        yield str(path.relative_to(ROOT)), document(path.read_text("utf-8"))
    for name, text in page_files():
        yield f"docs/{name}", text
    yield "rubric_dsl/diagnostics/examples.json", examples_json()
    yield from editor_files()


def document(text: str) -> str:
    """The document with its sections, messages and transcripts made anew."""
    text = SECTION.sub(lambda found: f"{found[1]}\n{SECTIONS[found[2]]()}\n{found[4]}", text)
    lines = text.split("\n")
    for block, new in reversed(list(_made(text))):
        inside = [block.indent + line if line else "" for line in new.rstrip("\n").split("\n")]
        lines[block.line : block.line + block.text.count("\n")] = inside
    return "\n".join(lines)


def _made(text: str) -> Iterator[tuple[Block, str]]:
    """The blocks that the program writes, with their text."""
    with tempfile.TemporaryDirectory() as folder:
        for block, stage in steps_of(text):
            if block.kind == "text" and "says" in block.words:
                yield block, said(stage, block.options.get("lang", "en"))
            elif block.kind == "console":
                yield block, transcript(block.text, stage.files, Path(folder), block.options.get("lang", "en"))


def outdated() -> list[str]:
    """Files that differ from what would be generated, and pages of codes that are gone."""
    made = dict(generated_files())
    stale = [name for name, text in made.items() if not _holds(ROOT / name, text)]
    return stale + [name for name in _pages_there() if name not in made]


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _pages_there() -> list[str]:
    return [f"docs/diagnostics/{path.name}" for path in sorted((DOCS / "diagnostics").glob("*.md"))]


def main(arguments: list[str]) -> int:
    stale = outdated()
    if "--check" in arguments:
        print(*stale, sep="\n", end="\n" if stale else "")
        return 1 if stale else 0
    made = dict(generated_files())
    for name in stale:
        if name in made:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(made[name], "utf-8")
        else:
            (ROOT / name).unlink()
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
