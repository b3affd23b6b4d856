"""Pages in English and Chinese say the same: the same blocks, the same rules under other names, the same numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from rubric_dsl.surface.keywords import is_keyword
from rubric_dsl.surface.layout import formatted
from rubric_dsl.text.files import Source
from tests.docs.blocks import DOCS, Block, blocks_of, cells_of
from tests.docs.generate import PAIRED

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
WORD = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")
UNITS = ("s", "min", "h", "day", "days", "points")
ADVICE = (" = ", "  = ", "   = ")


def page(lang: str, name: str) -> str:
    return (DOCS / lang / name).read_text("utf-8")


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def rule(block: Block) -> str:
    """A rubric in English keywords with its names and texts numbered in the order in which they come up."""
    done = formatted(Source("page", block.text), "en")
    assert done.text is not None, done.diagnostics
    met: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        word = found[0]
        if is_keyword(word) or word in UNITS or any(is_keyword(f"{word} {rest}") for rest in ("up", "to")):
            return word
        return met.setdefault(word, f"n{len(met)}")

    texts = re.sub(r'"[^"]*"', '"…"', done.text)
    return re.sub(r"\s+", " ", WORD.sub(numbered, texts))


def cells(block: Block) -> list[list[str]]:
    """The numbers of each cell, else whether there is something. In sheets people also write `不得分` for 0 points."""
    rows = cells_of(block.text) if block.kind != "csv" else [line.split(",") for line in block.text.splitlines()]
    wordy = ("0", "1") if block.kind == "sheet" else ()
    found = [[[number for number in NUMBER.findall(cell) if number not in wordy] for cell in row] for row in rows]
    return [
        [" ".join(of_cell) or str(bool(cell)) for of_cell, cell in zip(*pair, strict=True)]
        for pair in zip(found, rows, strict=True)
    ]


def session(block: Block) -> list[object]:
    """The commands without the names of files and people, and the numbers of what each prints; not those of places and
    excerpts, which are of the page's own words, and of advice, which has examples of its own."""
    found: list[object] = []
    printed = Counter[str]()
    for line in block.text.splitlines():
        if line.startswith("$ "):
            words = line.split()
            program = words[1:2] if words[1] == "cd" else words[1:3]
            found += [printed, program, [word.split("=")[0] for word in words if word.startswith("--")]]
            printed = Counter()
        elif not line.startswith(ADVICE) and not any(sign in line for sign in ("┌", "│", "sha256")):
            printed += numbers(re.sub(r"\S+\.(?:rubric|csv|xlsx)", "", line))
    return [*found, printed]


COMPARED: dict[str, Callable[[Block], object]] = {
    "rubric": rule, "csv": cells, "sheet": cells, "result": cells, "console": session,
}


def test_every_page_is_there_in_both_languages() -> None:
    assert sorted(str(path.relative_to(DOCS / "zh")) for path in (DOCS / "zh").rglob("*.md")) == PAIRED
    assert len(PAIRED) >= 8


@pytest.mark.parametrize("name", PAIRED)
def test_both_pages_have_the_same_parts(name: str) -> None:
    en, zh = page("en", name), page("zh", name)
    for pattern in (r"^#+ ", r"^- ", r"^\|", r"\]\([^)]*\)"):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (en, zh)]
        assert counts[0] == counts[1], (pattern, counts)


@pytest.mark.parametrize("name", PAIRED)
def test_both_pages_have_the_same_blocks_with_the_same_numbers(name: str) -> None:
    en, zh = list(blocks_of(page("en", name))), list(blocks_of(page("zh", name)))
    assert [(block.kind, block.codes) for block in en] == [(block.kind, block.codes) for block in zh]
    for one, other in zip(en, zh, strict=True):
        compare = COMPARED[one.kind]
        assert compare(one) == compare(other), (one.kind, one.line, other.line)


@pytest.mark.parametrize("name", [name for name in PAIRED if name.startswith("howto/")])
def test_every_how_to_ends_with_a_result_to_compare(name: str) -> None:
    for lang in ("en", "zh"):
        assert list(blocks_of(page(lang, name)))[-1].kind == "result"


def test_the_tutorial_has_ten_steps() -> None:
    for lang in ("en", "zh"):
        steps = re.findall(r"^## ([0-9]+)\. ", page(lang, "tutorial.md"), re.MULTILINE)
        assert steps == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_first_session_types_only_what_the_program_printed(lang: str) -> None:
    """The transcript itself is run anew by `test_generated`."""
    (block,) = blocks_of(page(lang, "start.md"))
    typed = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
    printed = [line.strip() for line in block.text.splitlines() if line.startswith("  ")]
    assert len(typed) == 6 and typed[1:] == printed[:5]
    ranks = [line.split()[:2] for line in block.text.splitlines() if re.match(r" +[0-9]+  ", line)]
    assert [rank for rank, _ in ranks] == ["1", "2", "3"]
