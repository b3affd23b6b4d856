"""The fenced blocks of a document, and the words behind their fence that say what is to be done with them.

    ```rubric                a whole rubric, clean
    ```rubric error=R031     brings up exactly these codes (several with commas; `warning=` for what does not stop)
    ```rubric frame=NAME     a whole rubric in which later blocks may stand (`in=NAME`), at its end
    ```rubric file=a.rubric  the same, and later blocks may use the file
    ```csv calls             observations of a table for the rubric above
    ```csv file=kind.csv     a file beside the rubrics
    ```sheet file=rule.xlsx  a workbook of one sheet beside them, with `|` between its cells
    ```result                what every subject gets: exact values and ranks (`set="target = 30 s"` as `--set` does)
    ```values                one `EXPRESSION → VALUE` a line, for the subjects above (`alone`: for nobody)
    ```refused               `table | row | column | code`: the rows that are refused
    ```text says             what the program says of the block above; `generate` writes it
    ```console               `$ rubric …` or `$ cd …` with what it prints (`lang=zh`); `generate` writes that
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
KINDS = ("rubric", "csv", "sheet", "result", "values", "refused", "text", "console", "sh")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its place in the file (the line of its first fence, from 1) and its text without the fences."""

    kind: str
    words: tuple[str, ...]
    options: dict[str, str]
    text: str
    line: int
    indent: str = ""

    @property
    def codes(self) -> list[str]:
        """The codes of findings that the block is to bring up."""
        said = f"{self.options.get('error', '')},{self.options.get('warning', '')}"
        return sorted(code for code in said.split(",") if code)


def blocks_of(text: str) -> Iterator[Block]:
    """All fenced blocks in order. Fences are three backticks; a block inside a list keeps its indentation out."""
    opened: tuple[int, str, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if opened is None:
            if bare.startswith("```"):
                opened, inside = (number, bare[3:], line[: line.index("`")]), []
        elif bare == "```":
            yield _block(*opened, inside)
            opened = None
        else:
            inside.append(line.removeprefix(opened[2]))
    if opened is not None:
        raise ValueError(f"the block of line {opened[0]} is never closed")


def _block(line: int, info: str, indent: str, inside: list[str]) -> Block:
    kind, *rest = shlex.split(info) or [""]
    if kind not in KINDS:
        raise ValueError(f"line {line}: a block of the kind {kind!r}, which nobody would run")
    options = dict(word.split("=", 1) for word in rest if "=" in word)
    words = tuple(word for word in rest if "=" not in word)
    return Block(kind, words, options, "".join(f"{text}\n" for text in inside), line, indent)


def cells_of(text: str) -> list[list[str]]:
    """The rows of a block whose cells are apart by `|`."""
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
