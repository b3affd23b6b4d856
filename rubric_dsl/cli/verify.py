"""`rubric verify`: a result bundle computed again and compared."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option
from rubric_dsl.cli.arguments import observation
from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.terminal import Terminal

REQUIREMENTS = {"polars": "polars>=2,<3"}
"""What reading the files of a bundle may need."""


@declare("verify")
@click.argument("folder", metavar="BUNDLE")
@click.argument("observations", metavar="OBS…", nargs=-1)
@click.option("--corrections", metavar="FILE")
@click.option("--key", metavar="PUBLIC.pem")
@json_option
def command(
    terminal: Terminal, folder: str, observations: tuple[str, ...], corrections: str | None, key: str | None,
    as_json: bool,
) -> int:
    from rubric_dsl.cli.files import read_observation_file
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.cli.signing import key_of, signed_by
    from rubric_dsl.observations.raw import MissingPart
    from rubric_dsl.render.verified import verified_json, verified_lines
    from rubric_dsl.results.bundle import MANIFEST, SIGNATURE
    from rubric_dsl.results.bundle_files import NoBundle, read_folder
    from rubric_dsl.results.verify import Finding, verify

    try:
        files = read_folder(Path(folder))
    except NoBundle as none:
        raise Stop(Exit.USAGE, "bundle.none", path=str(none)) from None
    except OSError as error:
        raise Stop(Exit.USAGE, "file.unreadable", path=folder, reason=error.strerror or type(error).__name__) from None
    tables = {}
    for text in observations:
        given = observation(text)
        tables[given.table or Path(given.path).stem] = read_observation_file(given.path).data
    decided = None if corrections is None else read_observation_file(corrections).data
    wanted = None if key is None else key_of(key)
    signer = signed_by(files[MANIFEST], files[SIGNATURE]) if SIGNATURE in files else None
    try:
        with doing(terminal, terminal.say("doing.scoring")):
            found = verify(files, tables, decided, signer)
    except (MissingPart, ModuleNotFoundError) as missing:
        package = missing.package if isinstance(missing, MissingPart) else (missing.name or "").partition(".")[0]
        if package not in REQUIREMENTS:
            raise
        command = install_command(REQUIREMENTS[package])
        raise Stop(Exit.NOT_INSTALLED, "file.package", package=package, command=command) from None
    more = []
    if SIGNATURE in files and signer is None:
        more.append(Finding("signature", SIGNATURE, "bad signature"))
    elif wanted is not None and signer is None:
        more.append(Finding("signature", SIGNATURE, "no signature"))
    elif wanted is not None and signer is not None and wanted != signer:
        more.append(Finding("signature", SIGNATURE, "another key", (("key", signer),)))
    found = dataclasses.replace(found, findings=(*found.findings, *more))
    if as_json:
        terminal.json(verified_json(found))
    else:
        terminal.show(verified_lines(found, terminal.look()))
    return Exit.FAILED if found.findings or not found.recomputed else Exit.DONE
