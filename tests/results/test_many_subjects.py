"""A result of many subjects, made in columns, says the same bytes as the one of the definition."""

from __future__ import annotations

import json
import random
from fractions import Fraction as F

from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.engines.compiled import CompiledEngine
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.run import MANY, Run, run_periods
from rubric_dsl.engines.stage.columns import SubjectColumns
from rubric_dsl.engines.stage.stage import subject_columns
from rubric_dsl.numbers.decimals import exact_ratios, exact_text
from rubric_dsl.numbers.show import Kind, shown, shown_ratios
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.terminal import result_lines
from rubric_dsl.render.view import ResultView
from rubric_dsl.results.json import results_json
from rubric_dsl.results.late import json_text
from rubric_dsl.results.reasons import Reasons
from rubric_dsl.results.score import result_of
from rubric_dsl.results.table import result_rows
from tests.properties.program import File

RUBRIC = """rubric "Many"
observe calls of place, averaged by kind_of_call
  place        text
  kind_of_call choice K1 | K2 | K3
  connected    yes/no
  wait         seconds when connected
  polite       yes/no when connected
measure connect_rate = share(connected)
measure typical_wait optional = median(wait where connected)
bands heat by connect_rate rounded half up to 1%
  from 90%:   hot "hot %"
  50% to 89%: warm
  1% to 49%:  cold
  0%:         dead
indicator total worth 10
  indicator speed worth 6
    unless connected: 0
    touchpoint quick worth 3 when wait <= 30 s
    touchpoint very_quick worth 3 when wait <= 10 s
  indicator manner "manner, 100%" worth 4
    unless connected: not applicable
    touchpoint polite_person worth 4 when polite
ranking overall by total
  exact
  ties share
ranking hot_first by connect_rate
  exact
  ties by total, typical_wait lowest first
"""
SUBJECTS = MANY + 60


def calls() -> bytes:
    """Some places have no call that was answered, some lack a kind of call, many are equal."""
    chance = random.Random(5)
    lines = ["place,kind_of_call,connected,wait,polite"]
    for number in range(SUBJECTS):
        kinds = chance.sample(["K1", "K2", "K3"], chance.choice([1, 2, 3, 3]))
        for kind in kinds:
            for _ in range(chance.randint(1, 4)):
                if number % 17 and chance.random() < 0.8:
                    wait, polite = chance.choice([5, 20, 60]), chance.choice(["yes", "no"])
                    lines.append(f"甲{number:03},{kind},yes,{wait},{polite}")
                else:
                    lines.append(f"甲{number:03},{kind},no,,")
    return "\n".join(lines).encode()


def said(runs: tuple[Run, ...]) -> list[str]:
    """What is written and printed."""
    plan = runs[0].plan
    results = [result_of(run) for run in runs]
    scored = [(result, Reasons(run)) for result, run in zip(results, runs, strict=True)]
    made = results_json(plan, "sha256:0", scored)
    made["engine"] = "one"
    late = results_json(plan, "sha256:0", scored, late=True)
    late["engine"] = "one"
    texts = [json.dumps(made, ensure_ascii=ascii, indent=2) for ascii in (False, True)]
    assert [json_text(late, ascii) for ascii in (False, True)] == texts
    views = [ResultView(plan, "sha256:0", *one) for one in scored]
    for lang in ("en", "zh"):
        texts.append("\n".join(map(repr, result_rows(plan, results, lang))))
        text = plain(result_lines(views, Look(lang, 100, wrap=False, ascii=False)))
        texts.append(text.replace("engine reference", "engine compiled").replace("引擎 reference", "引擎 compiled"))
    return texts


def test_a_result_in_columns_says_the_same_bytes_as_the_definition() -> None:
    plan = compile_rubric("many.rubric", lambda path: RUBRIC.encode()).plan
    assert plan is not None
    observations = read_observations(plan, {"calls": File("calls.csv", calls())})
    definition = run_periods(plan, observations, ReferenceEngine())
    columns = run_periods(plan, observations, CompiledEngine(stage=subject_columns))
    assert isinstance(columns[0].values, SubjectColumns) and not isinstance(definition[0].values, SubjectColumns)
    wanted, found = said(definition), said(columns)
    assert wanted == found
    assert wanted[0].count('"state": "not applicable"') > 10 and len(wanted[0]) > 100_000


@given(
    st.lists(st.tuples(
        st.integers(-10**6, 10**6) | st.integers(-10**250, 10**250),
        st.sampled_from([1, 2, 3, 7, 8, 10**6, 3 * 10**7, 2**40, 10**60]) | st.integers(1, 10**9),
    ), max_size=6),
    st.sampled_from(["number", "percent", "duration"]), st.sampled_from(["en", "zh"]),
)
def test_many_quotients_are_shown_as_one_by_one(pairs: list[tuple[int, int]], kind: Kind, lang: str) -> None:
    tops, bottoms = [top for top, _ in pairs], [bottom for _, bottom in pairs]
    assert shown_ratios(tops, bottoms, kind, lang) == [shown(F(*pair), kind, lang) for pair in pairs]
    assert exact_ratios(tops, bottoms) == [exact_text(F(*pair)) for pair in pairs]
