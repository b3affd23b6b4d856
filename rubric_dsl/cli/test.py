"""`rubric test`: the tests that rubrics contain."""

from __future__ import annotations

from typing import Any

import click

from rubric_dsl.cli.app import FILE, json_option, use_from_option
from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal


@declare("test")
@click.argument("rubrics", metavar="RUBRIC…", nargs=-1, required=True, type=FILE)
@json_option
@use_from_option
def command(terminal: Terminal, rubrics: tuple[str, ...], as_json: bool, use_from: tuple[str, ...]) -> int:
    objects = []
    codes = [Exit.DONE]
    for path in rubrics:
        code, found = _run(terminal, path, use_from, as_json)
        codes.append(code)
        objects.append(found)
    if as_json:
        terminal.json(objects[0] if len(objects) == 1 else objects)
    return Exit.RUBRIC_HAS_ERRORS if Exit.RUBRIC_HAS_ERRORS in codes else max(codes)


def _run(terminal: Terminal, path: str, use_from: tuple[str, ...], as_json: bool) -> tuple[Exit, dict[str, Any]]:
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
    return (Exit.FAILED if found["failed"] else Exit.DONE), found
