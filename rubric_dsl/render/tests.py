"""What became of a rubric's own tests: the cells that came out otherwise, in the author's lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from rubric_dsl.diagnostics import prose
from rubric_dsl.engines.problems import RunProblem
from rubric_dsl.numbers.decimals import decimal_places, decimal_text, exact_text
from rubric_dsl.numbers.reals import Real
from rubric_dsl.numbers.show import shown
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.diagnostics import LinesOf, Mark, diagnostic_lines, marked_lines
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.problems import problem_diagnostics
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.render.values import absence_text
from rubric_dsl.render.width import visible
from rubric_dsl.results.model import NoValue
from rubric_dsl.testing.run import Mismatch, Outcome


def failure_lines(outcome: Outcome, plan: ScoringPlan, lines_of: LinesOf, look: Look) -> Iterable[Line]:
    """The test's title, then everything that is not as expected."""
    title = visible(outcome.test.title.text)
    yield Piece(look.say("failed", "未通过"), "error"), Piece(look.say(f": {title}", f"：{title}"), "strong")
    marks = [Mark(mismatch.span, mismatch_text(mismatch, look), True) for mismatch in outcome.mismatches]
    if outcome.not_refused and outcome.test.expect.refused is not None:
        en, zh = "nothing was refused for this column", "没有因为这一列而拒收"
        marks.append(Mark(outcome.test.expect.refused.span, look.say(en, zh), True))
    if not marks:
        marks.append(Mark(outcome.test.title.span, "", True))
    yield from marked_lines(marks, lines_of, "error", look)
    for refusal in outcome.refusals:
        yield refusal_line(refusal, look)
    problems = [problem for problem in outcome.problems if isinstance(problem, RunProblem)]
    for diagnostic in problem_diagnostics(problems, plan):
        yield from diagnostic_lines(diagnostic, lines_of, look)


def failure_json(outcome: Outcome) -> Iterator[dict[str, object]]:
    """Each thing that is not as expected, for machines."""
    for mismatch in outcome.mismatches:
        yield {
            "subject": mismatch.subject, "item": mismatch.name, "line": mismatch.span.first_line,
            "expected": mismatch.expected.text or "-", "got": got_text(mismatch.got, Look("en")),
        }
    for refusal in outcome.refusals:
        said = prose.message(refusal, "en")
        yield {"row": refusal.row, "column": refusal.column, "code": refusal.code, "message": said}
    for problem in outcome.problems:
        if isinstance(problem, RunProblem):
            yield {"item": problem.item, "code": problem.code, "message": prose.message(problem, "en")}
    if outcome.not_refused and outcome.test.expect.refused is not None:
        yield {"column": outcome.test.expect.refused.text, "message": "nothing was refused for this column"}


def mismatch_text(mismatch: Mismatch, look: Look) -> str:
    name = visible(mismatch.name)
    match mismatch.unmet:
        case "subject":
            return look.say("there is no such subject in the test", "用例中没有这个对象")
        case "period":
            return look.say("there is no such period in the test", "用例中没有这一期")
        case "which period":
            en = f"the rows above have several periods: say which, in a column `{name}`"
            return look.say(en, f"上面的行不止一期：加一列“{name}”写明是哪一期")
    got = got_text(mismatch.got, look)
    return look.say(f"{name} came out as {got}", f"{name} 实得 {got}")


def got_text(got: object, look: Look) -> str:
    """The value that came out, as a test can expect it: exact where it is rational."""
    if got is None:
        return "-"
    if isinstance(got, NoValue):
        return f"- ({absence_text(got, look)})"
    if isinstance(got, bool):
        return look.say("yes" if got else "no", "是" if got else "否")
    if isinstance(got, Fraction):
        places = decimal_places(got)
        return exact_text(got) if places is None else decimal_text(got, places)
    if isinstance(got, Real):
        return shown(got, "number", look.lang)
    return visible(str(got))
