"""Compiling after an edit, with what is kept from before, says what a fresh compilation says."""

from __future__ import annotations

from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.plan.compile import Compiled, Workspace, compile_rubric
from rubric_dsl.plan.identity import plan_hash
from tests.properties.choices import Choices
from tests.properties.generate import case
from tests.properties.long import count
from tests.properties.mutate import damaged
from tests.properties.program import rubric_text

ROOT = Path(__file__).parents[2]
SEQUENCES = count(25, 2000)
EDITS = 12

Said = tuple[object, ...]


def compiled(data: bytes, workspace: Workspace | None) -> Compiled:
    def load(path: str) -> bytes:
        if path != "edited.rubric":
            raise FileNotFoundError(path)
        return data

    return compile_rubric("edited.rubric", load, workspace=workspace)


def said(found: Compiled) -> Said:
    """What an author sees: every finding with its places and words, and the summary."""
    findings = sorted(
        (
            one.code,
            str(one.span),
            prose.message(one, "en"),
            tuple((label.key, str(label.span), prose.label_text(one, label, "en")) for label in one.labels),
            tuple((fix.key, str(fix.edits), prose.help_text(one, fix, "en")) for fix in one.fixes),
            tuple((name, witness.shown) for name, witness in one.witness.items()),
        )
        for one in found.diagnostics
    )
    return tuple(findings), found.summary, found.language


def starts(choices: Choices) -> bytes:
    whole = [*sorted(ROOT.glob("rubrics/**/*.rubric")), *sorted(ROOT.glob("tests/conformance/*/case.rubric"))]
    if choices.chance(50):
        return choices.pick(whole).read_bytes()
    return rubric_text(case(choices).rubric).encode()


def test_any_edits_give_what_a_fresh_compilation_gives() -> None:
    """Damage, and its mending: texts come back, so that what was kept is used again."""
    clean = broken = 0
    for seed in range(SEQUENCES):
        choices = Choices.seeded(seed)
        texts = [starts(choices)]
        others = [starts(choices) for _ in range(3)]
        workspace = Workspace()
        for edit in range(EDITS):
            if edit and choices.chance(30):
                texts.append(choices.pick(texts))
            elif edit:
                texts.append(damaged(choices, texts[-1] if choices.chance(70) else texts[0], others))
            again, fresh = compiled(texts[-1], workspace), compiled(texts[-1], None)
            assert said(again) == said(fresh), f"seed {seed}, edit {edit}\n{texts[-1].decode('utf-8', 'replace')}"
            clean += not fresh.has_errors
            broken += fresh.has_errors
            if fresh.plan is not None:
                assert again.plan is not None and plan_hash(again.plan) == plan_hash(fresh.plan)
    assert clean > SEQUENCES and broken > SEQUENCES
