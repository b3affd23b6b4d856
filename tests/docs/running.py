"""What the blocks of a document say, done: rubrics compiled, data read and scored, answers as exact text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from rubric_dsl.diagnostics.report import Report
from rubric_dsl.numbers.decimals import decimal_places, decimal_text, exact_text, read_decimal
from rubric_dsl.numbers.reals import Real
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.render.diagnostics import report_lines
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.resolved.literals import value_in
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.results.model import NoValue, Outcome, Result
from rubric_dsl.results.score import score_periods
from rubric_dsl.testing.run import run_tests
from tests.books import book
from tests.docs.blocks import Block, blocks_of, cells_of

MAIN = "hotlines.rubric"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


@dataclass(slots=True)
class Stage:
    """Where a document stands: the rubric of the last block, its data, and the files beside it."""

    rubric: str = ""
    name: str = MAIN
    tables: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)
    compiled: Compiled | None = None

    def load(self, path: str) -> bytes:
        if path == self.name:
            return self.rubric.encode()
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def compile(self, settings: Mapping[str, str] | None = None) -> Compiled:
        return compile_rubric(self.name, self.load, settings=settings)

    def observed(self, compiled: Compiled) -> Observations:
        assert compiled.plan is not None
        return read_observations(
            compiled.plan, {table: File(f"{table}.csv", data) for table, data in self.tables.items()}
        )

    def scored(self, compiled: Compiled) -> tuple[Result, ...]:
        """The results of all periods, or the one; refused rows or impossible values are an error of the document."""
        assert compiled.plan is not None
        observations = self.observed(compiled)
        refused = [text for table in observations.tables.values() for text in map(str, table.ledger.refusals)]
        assert not refused, refused
        results = score_periods(compiled.plan, observations)
        assert not any(result.problem_count for result in results), results
        return results


def steps_of(text: str) -> Iterator[tuple[Block, Stage]]:
    """Each block of a document with the stage after it."""
    stage = Stage()
    for block in blocks_of(text):
        if block.kind == "rubric":
            stage.rubric = stage.frames.get(block.options.get("in", ""), "") + block.text
            stage.name = block.options.get("file", MAIN)
            stage.tables = {}
            stage.compiled = stage.compile()
            if "frame" in block.options:
                stage.frames[block.options["frame"]] = stage.rubric
            if "file" in block.options:
                stage.files[stage.name] = stage.rubric.encode()
        elif block.kind == "csv":
            if "file" in block.options:
                stage.files[block.options["file"]] = block.text.encode()
                stage.compiled = stage.compile() if stage.rubric else None
            if block.words:
                stage.tables[block.words[0]] = block.text.encode()
        elif block.kind == "sheet":
            stage.files[block.options["file"]] = sheet_of(block)
        yield block, stage


def sheet_of(block: Block) -> bytes:
    """The workbook of a block; numbers are numbers, an empty cell is empty."""
    rows = [[cell.strip() for cell in line.split("|")] for line in block.text.splitlines() if line.strip()]
    cells = [[int(cell) if cell.isdecimal() else cell for cell in row] for row in rows]
    return book(cells, sheet=block.options["name"])


def codes_of(compiled: Compiled) -> list[str]:
    return sorted({found.code for found in compiled.diagnostics})


def said(stage: Stage, lang: str = "en") -> str:
    """What the program says of the rubric, and of its data if there are any, as on a terminal."""
    compiled = stage.compiled
    assert compiled is not None
    sources = compiled.sources
    report = Report.of(compiled.diagnostics, tuple(sources))
    text = plain(report_lines(report, lambda file: sources[file].lines() if file in sources else (), Look(lang)))
    if compiled.plan is not None and stage.tables:
        for table in stage.observed(compiled).tables.values():
            text += plain(refusal_line(refusal, Look(lang)) for refusal in table.ledger.refusals)
    return text.rstrip("\n") + "\n"


# ---------------------------------------------------------------- tests, results, values, refusals


def failed_tests(compiled: Compiled) -> list[str]:
    """The titles of the rubric's own tests that do not hold."""
    assert compiled.plan is not None
    outcomes = run_tests(compiled.plan, compiled.resolved.tests, compiled.resolved.examples)
    return [outcome.test.title.text for outcome in outcomes if not outcome.passed]


def result_rows(stage: Stage, block: Block) -> list[list[str]]:
    """The answer in the form of the block: the header, then a row for each subject in the block's order."""
    settings = dict([_setting(block.options["set"])]) if "set" in block.options else {}
    compiled = stage.compile(settings)
    assert compiled.plan is not None, codes_of(compiled)
    results = stage.scored(compiled)
    header, *body = cells_of(block.text)
    types = {named.name: compiled.plan.nodes[named.node].type for named in compiled.plan.values}
    keys = 1 if compiled.plan.period is None else 2
    assert keys == 1 or header[1] == compiled.plan.period, "after the subject stands the period"
    by_key = {(subject, result.period)[:keys]: result for result in results for subject in result.values}
    assert sorted(tuple(row[:keys]) for row in body) == sorted(by_key), "a result shows every subject"
    return [
        header,
        *([*row[:keys], *(_answer(by_key[tuple(row[:keys])], types, row[0], name) for name in header[keys:])]
          for row in body),
    ]


def _setting(text: str) -> tuple[str, str]:
    name, value = text.split("=", 1)
    return name.strip(), value.strip()


def _answer(result: Result, types: Mapping[str, ValueType], subject: str, name: str) -> str:
    for ranking in result.rankings:
        if name == ranking.name or (name in ("rank", "名次") and len(result.rankings) == 1):
            rank = next(row.rank for row in ranking.rows if row.subject == subject)
            return "-" if rank is None else str(rank)
    return value_text(result.values[subject][name], types[name])


def value_text(value: Outcome, kind: ValueType) -> str:
    """A value as a document writes it: exact, percents with their sign, durations in seconds, `-` for none."""
    match value:
        case NoValue():
            return "-"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case Real():
            return decimal_text(round_to(value, "half up", Fraction(1, 10**6)), 6) + "…"
        case _ if kind.kind == "percent":
            return exact_text(value * 100) + "%" if decimal_places(value) is not None else exact_text(value)
        case _:
            return exact_text(value) + (" s" if kind.kind == "duration" else "")


def values_of(stage: Stage, block: Block) -> list[tuple[str, str]]:
    """For each line of the block the expression and its values, of all subjects in order, apart by `|`.

    Subjects that agree are one value. An irrational value is shown to six decimals and `…`.
    """
    lines = [tuple(part.strip() for part in line.split("→")) for line in block.text.splitlines() if line.strip()]
    stage = _alone() if "alone" in block.words else stage
    extended = Stage(stage.rubric, stage.name, stage.tables, stage.files)
    for number, (expression, _) in enumerate(lines):
        optional = " optional" if _may_be_absent(stage, expression) else ""
        extended.rubric += f"measure documented_{'abcdefghijklmnopqrstuvwxyz'[number]}{optional} = {expression}\n"
    compiled = extended.compile()
    assert compiled.plan is not None, (codes_of(compiled), said_of(extended, compiled))
    (result,) = extended.scored(compiled)
    types = {named.name: compiled.plan.nodes[named.node].type for named in compiled.plan.values}
    found = []
    for number, (expression, _) in enumerate(lines):
        name = f"documented_{'abcdefghijklmnopqrstuvwxyz'[number]}"
        each = [value_text(values[name], types[name]) for values in result.values.values()]
        found.append((expression, each[0] if len(set(each)) == 1 else " | ".join(each)))
    return found


def _alone() -> Stage:
    """One subject with one row, for expressions that read neither."""
    rubric = 'rubric "alone"\nobserve rows of city, averaged\n  city text\n'
    return Stage(rubric, tables={"rows": "city\n甲\n".encode()})


def _may_be_absent(stage: Stage, expression: str) -> bool:
    """Whether a measure of the expression has to be called optional."""
    tried = Stage(f"{stage.rubric}measure documented = {expression}\n", stage.name, stage.tables, stage.files)
    return "R080" in codes_of(tried.compile())


def said_of(stage: Stage, compiled: Compiled) -> str:
    stage.compiled = compiled
    return said(stage)


def value_of(text: str) -> tuple[Fraction | str, str]:
    """A documented value as a number with its kind, or as it stands: `1/3` and `0.5` compare as numbers."""
    bare, unit = (text[:-1], "%") if text.endswith("%") else (text.removesuffix(" s"), "s" * text.endswith(" s"))
    top, _, bottom = bare.partition("/")
    try:
        number = read_decimal(top) / read_decimal(bottom or "1")
    except (ArithmeticError, ValueError):
        return text, ""
    value, kind = value_in(number, unit)  # type: ignore[arg-type]  # a unit of the language
    return value, kind.kind


def same_rows(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> bool:
    return [[value_of(cell) for cell in row] for row in one] == [[value_of(cell) for cell in row] for row in other]


def refused_rows(stage: Stage) -> list[list[str]]:
    """Every refusal as `table | row | column | code` (row `-` for a whole table, column `-` for a whole row)."""
    assert stage.compiled is not None
    return [
        [table, str(refusal.row or "-"), refusal.column or "-", refusal.code]
        for table, data in stage.observed(stage.compiled).tables.items()
        for refusal in data.ledger.refusals
    ]
