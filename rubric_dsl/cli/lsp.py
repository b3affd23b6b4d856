"""`rubric lsp`: the service that editors start; it speaks the Language Server Protocol on standard input and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.editor.service import Service


@declare("lsp")
@click.option("--lang", "to", type=click.Choice(["zh", "en"]))
def command(terminal: Terminal, to: str | None) -> int:
    try:
        from rubric_dsl.editor.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        install = install_command("pygls>=2,<3")
        raise Stop(Exit.NOT_INSTALLED, "lsp.not-installed", command=install) from None
    # Without a word of the author's the editor's own language counts, not that of the terminal it was started in.
    said = to or os.environ.get("RUBRIC_LANG")
    # The protocol has standard output for itself: whatever else prints there would garble it.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        serve(said if said in ("zh", "en") else None, make_service, sys.stdin.buffer, output)
    return Exit.DONE


def make_service(lang: str, encoding: str, data: Mapping[str, str]) -> Service:
    from rubric_dsl.editor.service import Service

    return Service(lang, "utf-8" if encoding == "utf-8" else "utf-32" if encoding == "utf-32" else "utf-16", data)
