"""No text and no file ends in a traceback: damaged rubrics give findings, damaged tables refusals, pairs a result.

A few hundred in every run; `RUBRIC_LONG=1` tries 100,000 of each.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.identity import canonical_json, plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.diagnostics import diagnostic_lines
from rubric_dsl.render.json import check_json
from rubric_dsl.render.pieces import Look
from rubric_dsl.results.json import result_json
from rubric_dsl.results.score import score_periods
from tests.properties.choices import Choices
from tests.properties.long import count
from tests.properties.mutate import damaged, of_cells, of_words
from tests.properties.program import File

ROOT = Path(__file__).parents[2]
TEXTS = count(1200, 100_000)
TABLES = count(800, 100_000)
PAIRS = count(600, 100_000)


@functools.cache
def corpus() -> tuple[tuple[Path, bytes], ...]:
    paths = [path for folder in ("rubrics", "examples", "tests") for path in sorted(ROOT.glob(f"{folder}/**/*.rubric"))]
    found = [(path, path.read_bytes()) for path in paths]
    return tuple((path, data) for path, data in found if len(data) < 20_000)


@dataclass(frozen=True)
class Pair:
    """A rubric with its tables."""

    rubric: Path
    data: bytes
    tables: dict[str, bytes]


@functools.cache
def pairs() -> tuple[Pair, ...]:
    folders = sorted({path.parent for path in ROOT.glob("tests/conformance/*/case.rubric")})
    found = [
        Pair(folder / "case.rubric", (folder / "case.rubric").read_bytes(),
             {path.stem: path.read_bytes() for path in folder.glob("*.csv")})
        for folder in folders
    ]
    example = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
    calls = (ROOT / "examples" / "zhejiang_12345_2020" / "calls.csv").read_bytes()
    return (*found, *[Pair(example, example.read_bytes(), {"calls": calls})] * 20)


def compiled(path: Path, data: bytes) -> Compiled:
    """The damaged text at its place, so that what it uses is found."""

    def load(name: str) -> bytes:
        return data if name == str(path) else Path(name).read_bytes()

    return compile_rubric(str(path), load)


def told(found: Compiled) -> None:
    """Every finding can be told and shown in both languages, and what has no error has a plan."""
    lines = {name: source.text.split("\n") for name, source in found.sources.items()}
    assert json.dumps(check_json(found.diagnostics, None))
    for diagnostic in found.diagnostics:
        for lang in ("en", "zh"):
            assert list(diagnostic_lines(diagnostic, lambda name: lines.get(name, []), Look(lang)))
        span = diagnostic.span
        assert 1 <= span.first_line <= len(lines.get(span.file, "")) + 1
    if not found.has_errors:
        assert found.plan is not None
        plan = ScoringPlan.model_validate_json(canonical_json(found.plan))
        assert plan_hash(plan) == plan_hash(found.plan)


def test_no_text_of_a_rubric_ends_in_a_traceback() -> None:
    seen: Counter[str] = Counter()
    texts = corpus()
    for seed in range(TEXTS):
        choices = Choices.seeded(seed)
        path, data = choices.pick(texts)
        data = damaged(choices, data, [other for _, other in texts])
        try:
            found = compiled(path, data)
            told(found)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {path.relative_to(ROOT)}: {error!r}\n{data!r}") from error
        seen.update({diagnostic.code for diagnostic in found.diagnostics} or ["none"])
    assert len(seen) > 40 and seen["none"] > TEXTS // 20, seen


def test_no_table_ends_in_a_traceback() -> None:
    """Read = scored + refused in every table, and every refusal can be told."""
    seen: Counter[str] = Counter()
    for seed in range(TABLES):
        choices = Choices.seeded(seed)
        pair = choices.pick(pairs())
        plan = compiled(pair.rubric, pair.data).plan
        if plan is not None:
            tables = {name: of_cells(choices, data) for name, data in pair.tables.items()}
            judged(plan, tables, f"seed {seed}: {pair.rubric.relative_to(ROOT)}", seen)
    assert len(seen) > 20 and seen["result"] > TABLES // 20, seen


def test_no_pair_of_a_rubric_and_tables_ends_in_a_traceback() -> None:
    seen: Counter[str] = Counter()
    texts = [data for _, data in corpus()]
    for seed in range(PAIRS):
        choices = Choices.seeded(seed)
        pair = choices.pick(pairs())
        text = of_words(choices, pair.data) if choices.chance(70) else damaged(choices, pair.data, texts)
        plan = compiled(pair.rubric, text).plan
        if plan is None:
            seen["rubric"] += 1
            continue
        tables = {name: of_cells(choices, data) if choices.chance(50) else data for name, data in pair.tables.items()}
        judged(plan, tables, f"seed {seed}: {pair.rubric.relative_to(ROOT)}", seen)
    assert min(seen["rubric"], seen["refused"], seen["result"]) > PAIRS // 30, seen


def judged(plan: ScoringPlan, tables: dict[str, bytes], what: str, seen: Counter[str]) -> None:
    """A result, refusals, or problems of the run, all of which can be told."""
    try:
        observations = read_observations(plan, {name: File(f"{name}.csv", data) for name, data in tables.items()})
        for data in observations.tables.values():
            ledger = data.ledger
            assert ledger.read == ledger.scored + ledger.refused and ledger.scored == len(data.rows)
            for refusal in ledger.refusals:
                assert message(refusal, "en") and message(refusal, "zh")
                seen[refusal.code] += 1
        if stopped_by(observations):
            seen["refused"] += 1
            return
        results = score_periods(plan, observations)
        for result in results:
            assert json.dumps(result_json(plan, "sha256:", result))
            assert len(result.problems) <= result.problem_count
        seen["problems" if any(result.problem_count for result in results) else "result"] += 1
    except Exception as error:
        raise AssertionError(f"{what}: {error!r}\n{tables!r}") from error
