"""`rubric import`: a scoring sheet kept as a workbook becomes a rubric; what is not plain is asked at its cell."""

from __future__ import annotations

import os

import click

from rubric_dsl.cli.app import FILE, json_option
from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import RubricFiles, read_observation_file, write_beside
from rubric_dsl.cli.terminal import Terminal


@declare("import")
@click.argument("workbook", metavar="WORKBOOK", required=False, type=FILE)
@click.option("-o", "output", metavar="FILE.rubric")
@click.option("--ranked", metavar="TEXT")
@click.option("--folding", metavar="TEXT")
@click.option("--template", metavar="FILE.xlsx")
@json_option
def command(
    terminal: Terminal, workbook: str | None, output: str | None, ranked: str | None, folding: str | None,
    template: str | None, as_json: bool,
) -> int:
    from rubric_dsl.surface.keywords import Language

    lang: Language = "zh" if terminal.lang == "zh" else "en"
    if template is not None:
        return _template(terminal, template, lang)
    if workbook is None:
        raise Stop(Exit.USAGE, "import.nothing")
    if output is not None and not output.endswith(".rubric"):
        raise Stop(Exit.USAGE, "import.kind", path=output)
    from rubric_dsl.cli.compiling import show_found
    from rubric_dsl.diagnostics.report import Report
    from rubric_dsl.observations.raw import part_of
    from rubric_dsl.render.json import diagnostic_json
    from rubric_dsl.writing.sheets.importing import import_workbook

    given = read_observation_file(workbook)
    name = output or f"{os.path.splitext(given.name)[0]}.rubric"
    done = import_workbook(
        given, lang, sheet=part_of(given), subject=ranked or "", folding=folding or "",
        load=RubricFiles(name).load, name=name,
    )
    code = Exit.RUBRIC_HAS_ERRORS if done.has_errors else Exit.DONE
    if output is not None and done.text is not None:
        write_beside(output, done.text.encode())
    if as_json:
        found = Report.of(done.diagnostics).diagnostics
        terminal.json({
            "format": "rubric-import/1", "file": given.name, "rubric": done.text, "touchpoints": done.touchpoints,
            "columns": list(done.columns), "diagnostics": [diagnostic_json(one) for one in found],
        })
        return code
    show_found(terminal, done.diagnostics, done.sources)
    if done.text is None:
        return code
    if output is None:
        terminal.text(done.text)
    said = "import.open" if done.has_errors else "import.done"
    questions = sum(1 for one in done.diagnostics if _is_error(one.code))
    terminal.err(terminal.say(
        said, path=output or "-", touchpoints=done.touchpoints, questions=questions, workbook=given.name,
    ))
    return code


def _is_error(code: str) -> bool:
    from rubric_dsl.diagnostics.prose import severity

    return severity(code) == "error"


def _template(terminal: Terminal, path: str, lang: str) -> int:
    from rubric_dsl.writing.sheets.template import template_bytes

    if not path.lower().endswith(".xlsx"):
        raise Stop(Exit.USAGE, "usage.form-kind", path=path)
    write_beside(path, template_bytes("zh" if lang == "zh" else "en"))
    terminal.err(terminal.say("import.template", path=path))
    return Exit.DONE
