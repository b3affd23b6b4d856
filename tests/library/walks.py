"""The systems of the library: their folders, their rubrics in both languages, their pages and walkthroughs."""

from __future__ import annotations

from pathlib import Path

from tests.docs.blocks import blocks_of
from tests.tables import ROOT

EXAMPLES = ROOT / "examples"
FOLDERS = sorted(path for path in (ROOT / "rubrics").iterdir() if path.is_dir())
RUBRICS = [path for folder in FOLDERS for path in sorted(folder.glob("*.rubric")) if ".zh" not in path.suffixes]
"""Those with English keywords; a folder may hold several."""

WALKTHROUGHS = sorted(EXAMPLES.glob("*/README.md"))


def in_chinese(rubric: Path) -> Path:
    return rubric.with_suffix(".zh.rubric")


def page_of(folder: Path) -> str:
    return (folder / "README.md").read_text("utf-8")


def commands_of(walkthrough: Path) -> list[str]:
    """Every line of its blocks of commands."""
    text = walkthrough.read_text("utf-8")
    return [line for block in blocks_of(text) if block.kind == "sh" for line in block.text.splitlines() if line.strip()]


def name_of(path: Path) -> str:
    """How a test is called: the path inside the project."""
    return str(path.relative_to(ROOT))
