"""Whatever is written, the answer is a tree and findings with complete prose and edits that fit the text."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.surface.print import print_document
from rubric_dsl.text.files import Source, read_source
from tests.surface.compare import said
from tests.surface.reading import mended

HERE = Path(__file__).parent
SEEDS = [path.read_text("utf-8") for path in sorted(HERE.glob("*.rubric"))]
PIECES = [
    *("(", ")", '"', "“", "”", ":", "：", ",", "|", "-", "%", "#", "\\", "\t", "\u3000", " ", "\n", "\n  ", "$", "= "),
    *("以上", "to", "by", "按", "missing", "缺失", "each", "15秒", "第1季", "а", "\u200b", "first match", "1e5"),
    *("接通率四舍五入到", "不低于", "且", "3次", "1,000"),
]


def mutated(seed: int) -> str:
    """A text of the language with a few pieces deleted, doubled or put in."""
    dice = random.Random(seed)
    lines = dice.choice(SEEDS).split("\n")
    start = dice.randrange(len(lines))
    text = "\n".join(lines[start : start + dice.randrange(1, 12)])
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(text) + 1)
        end = min(len(text), at + dice.choice((0, 0, 1, 3, 8)))
        text = text[:at] + dice.choice(("", text[at:end] * 2, dice.choice(PIECES))) + text[end:]
    return text


def check(text: str, result: Parsed) -> None:
    for finding in result.diagnostics:
        for lang in prose.LANGUAGES:
            texts = [prose.message(finding, lang)]
            texts += [prose.label_text(finding, label, lang) for label in (None, *finding.labels)]
            texts += [prose.help_text(finding, fix, lang) for fix in finding.fixes]
            for shown in texts:
                assert shown and not re.search(r"\{[a-z_.]+\}", shown), (finding.code, shown)
        for fix in finding.fixes:
            mended(text, fix)


@pytest.mark.parametrize("batch", range(8))
def test_a_spoilt_text_gives_findings_and_no_traceback(batch: int) -> None:
    broken = 0
    for seed in range(batch * 60, batch * 60 + 60):
        source, _ = read_source("a", mutated(seed).encode("utf-8", "replace"))
        if source is None:
            continue
        result = parse(source)
        check(source.text, result)
        broken += bool(result.diagnostics)
        complete = tuple(item for item in result.document.items if item not in result.incomplete)
        document = replace(result.document, items=complete)
        again = parse(Source("a", print_document(document)))
        assert again.diagnostics == ()
        assert said(again.document) == said(document)
    assert broken > 20


def test_every_edit_that_claims_to_mend_a_line_makes_a_sentence_of_it() -> None:
    """Fixes found by trying (insert, replace, remove, quote, near, blanks) leave no fault on their line."""
    tried = 0
    for seed in range(1000, 1400):
        text = mutated(seed)
        source, unsafe = read_source("a", text.encode())
        if source is None or unsafe:
            continue
        text = source.text
        for finding in parse(Source("a", text)).diagnostics:
            if finding.code in ("R020", "R021", "R024") and finding.fixes:
                line = finding.span.origin.line
                after = parse(Source("a", mended(text, finding.fixes[0]))).diagnostics
                same = [other for other in after if other.span.origin.line == line and other.code == finding.code]
                assert finding.code == "R024" or not same, (text, finding, same)
                tried += 1
    assert tried > 30
