"""`rubric plan`: what will be computed, as a page to follow or as JSON with its identity."""

from __future__ import annotations

import json

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, rubric_argument, set_option, use_from_option
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal


@declare("plan")
@rubric_argument
@json_option
@set_option
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, as_json: bool, settings: tuple[str, ...], use_from: tuple[str, ...]
) -> int:
    from rubric_dsl.cli.compiling import compiled, plan_or_stop
    from rubric_dsl.plan.identity import canonical_json, plan_hash
    from rubric_dsl.render.plan_page import plan_lines

    plan = plan_or_stop(terminal, compiled(terminal, rubric_file, use_from, settings_of(settings)))
    if as_json:
        terminal.json({"plan": plan_hash(plan), **json.loads(canonical_json(plan))})
    else:
        terminal.show(plan_lines(plan, plan_hash(plan), terminal.look()))
    return Exit.DONE
