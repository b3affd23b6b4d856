"""`rubric test`: the tests that rubrics contain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rubric_dsl.cli.app import FILE, json_option, use_from_option
from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.cli.testing import Asked


@declare("test")
@click.argument("rubrics", metavar="RUBRIC…", nargs=-1, required=True, type=FILE)
@click.option("--coverage", is_flag=True)
@click.option("--threshold", type=int, metavar="0..100")
@click.option("--mutate", is_flag=True)
@click.option("--propose", type=int, metavar="N")
@click.option("-o", "proposed", metavar="FILE")
@click.option("--data", "data", metavar="OBS", multiple=True)
@json_option
@use_from_option
def command(
    terminal: Terminal, rubrics: tuple[str, ...], coverage: bool, threshold: int | None, mutate: bool,
    propose: int | None, proposed: str | None, data: tuple[str, ...], as_json: bool, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.testing import Asked

    asked = Asked(coverage, threshold, mutate, propose, proposed, data)
    asked.check(len(rubrics))
    objects = []
    codes = [Exit.DONE]
    for path in rubrics:
        code, found = _run(terminal, path, use_from, as_json, asked)
        codes.append(code)
        objects.append(found)
    if as_json:
        terminal.json(objects[0] if len(objects) == 1 else objects)
    return Exit.RUBRIC_HAS_ERRORS if Exit.RUBRIC_HAS_ERRORS in codes else max(codes)


def _run(
    terminal: Terminal, path: str, use_from: tuple[str, ...], as_json: bool, asked: Asked
) -> tuple[Exit, dict[str, Any]]:
    """Runs the tests of one rubric; failures are shown on standard error, the count on standard output."""
    from rubric_dsl.cli.compiling import compiled, lines_in, show_found
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.render.tests import failure_json, failure_lines
    from rubric_dsl.testing.run import run_tests

    done = compiled(terminal, path, use_from)
    show_found(terminal, done.diagnostics, done.sources)
    found: dict[str, Any] = {"format": "rubric-test/1", "file": path, "passed": 0, "failed": 0, "tests": []}
    if done.plan is None:
        return Exit.RUBRIC_HAS_ERRORS, found
    with doing(terminal, terminal.say("doing.testing", file=path)):
        outcomes = list(run_tests(done.plan, done.resolved.tests, done.resolved.examples))
    for outcome in outcomes:
        found["passed" if outcome.passed else "failed"] += 1
        found["tests"].append({
            "title": outcome.test.title.text, "line": outcome.test.span.first_line, "passed": outcome.passed,
            "differences": list(failure_json(outcome)),
        })
        if not outcome.passed and not as_json:
            lines = failure_lines(outcome, done.plan, lines_in(done.sources), terminal.look("err"))
            terminal.show([*lines, ()], "err")
    if not as_json:
        key = "test.counts" if outcomes else "test.none"
        terminal.out(terminal.say(key, file=path, passed=found["passed"], failed=found["failed"]))
    code = Exit.FAILED if found["failed"] else Exit.DONE
    if asked.anything:
        from rubric_dsl.cli.testing import more

        other, said = more(terminal, done, done.plan, asked, as_json)
        code, found = max(code, other), found | said
    return code, found
