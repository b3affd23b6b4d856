"""Laying out and translating a rubric that was made at random changes neither its plan nor, done twice, its text."""

from __future__ import annotations

from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.surface.layout import formatted
from rubric_dsl.text.files import Source
from tests.properties.choices import Choices
from tests.properties.generate import case
from tests.properties.long import count
from tests.properties.program import plan_of, rubric_text

CASES = count(60, 10_000)


def laid_out(text: str, lang: str | None = None) -> str:
    done = formatted(Source("made.rubric", text), "zh" if lang == "zh" else "en" if lang else None)
    assert done.text is not None, (done.diagnostics, text)
    return done.text


def test_layout_and_translation_keep_the_plan_and_are_stable() -> None:
    for seed in range(CASES):
        text = rubric_text(case(Choices.seeded(seed)).rubric)
        english, chinese = laid_out(text, "en"), laid_out(text, "zh")
        assert laid_out(english) == english and laid_out(chinese) == chinese, seed
        assert laid_out(chinese, "en") == english and laid_out(english, "zh") == chinese, seed
        identity = plan_hash(plan_of(text))
        assert plan_hash(plan_of(english)) == identity, seed
        assert plan_hash(plan_of(chinese)) == identity, seed
