"""`rubric codes [R031]`: the catalogue of diagnostics, or one page of it."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.diagnostics import prose
from rubric_dsl.surface.keywords import near_words


def known_codes(begun: str) -> list[str]:
    return [code for code in prose.all_codes() if code.startswith(begun.upper())]


@declare("codes")
@click.argument("code", metavar="CODE", required=False, shell_complete=lambda *asked: known_codes(asked[-1]))
@json_option
def command(terminal: Terminal, code: str | None, as_json: bool) -> int:
    from rubric_dsl.render import catalogue

    if code is not None and code.upper() not in prose.all_codes():
        by_name = {prose.name(known): known for known in prose.all_codes()}
        if code not in by_name:
            near = near_words(code, by_name, 1)
            key = "usage.near-code" if near else "usage.no-such-code"
            raise Stop(Exit.USAGE, key, code=code, near="".join(near))
        code = by_name[code]
    if as_json:
        chosen = prose.all_codes() if code is None else (code.upper(),)
        terminal.json([catalogue.code_json(known) for known in chosen])
    elif code is None:
        terminal.show(catalogue.list_lines(terminal.look()))
    else:
        terminal.show(catalogue.page_lines(code.upper(), terminal.look()))
    return Exit.DONE
