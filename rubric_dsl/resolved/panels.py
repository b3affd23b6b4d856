"""Expert panels: grids of ratings or of pairwise judgements, brought to a weights node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rubric_dsl.numbers import panels
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact, compare
from rubric_dsl.numbers.show import shown
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.print_parts import comma, print_cell, print_number, word
from rubric_dsl.text.source import Span

ReadGrid = Callable[[tree.Weights], "tree.Grid | None"]
"""Reads the panel that stands in `NAME.csv` beside the rubric; None after a reported error."""

MAX_ITEMS = 15
"""Saaty's random indices are published for matrices up to this size."""


def resolve_weights(use: Expressions, weights: tree.Weights, read: ReadGrid) -> bind.Weights | None:
    """The weights node of a panel, its grid checked."""
    grid = weights.grid if weights.grid is not None else read(weights)
    if grid is None or not grid.rows:
        return None
    ahp = weights.method.startswith("ahp")
    found = _matrices(use, weights, grid) if ahp else _ratings(use, weights, grid)
    if found is None:
        return None
    items, judges = found
    if not _method_fits(use, weights, len(judges), ahp):
        return None
    steps = _steps(use, weights)
    if weights.steps is not None and steps is None:
        return None
    if ahp and not _consistent(use, weights, items, judges, grid):
        return None
    irrational = ahp or weights.method == "geometric mean"
    node = use.graph.add(
        op.Weights(weights.named.name, items, weights.method, weights.meet, judges, steps),
        type=ty.PERCENT,
        grain=ty.CONSTANT,
        domain=ty.Interval(Fraction(0), Fraction(1)),
        span=weights.named.word.span,
        irrational=irrational and steps is None,
    )
    return bind.Weights(weights.named.name, weights.named, node, items, weights.named.word.span)


def values_of(weights: op.Weights) -> tuple[Exact, ...]:
    """The weights of a panel, which add up to 1."""
    return panels.panel_weights(
        weights.method,
        weights.meet,
        [
            matrix_of(judge, len(weights.items)) if weights.method.startswith("ahp") else row_of(judge)
            for judge in weights.judges
        ],
        Fraction(weights.steps) if weights.steps is not None else None,
    )


def row_of(judge: op.Judge) -> list[Fraction]:
    return [Fraction(cell) for cell in judge.cells]


def matrix_of(judge: op.Judge, size: int) -> list[list[Fraction]]:
    cells = row_of(judge)
    return [cells[start : start + size] for start in range(0, size * size, size)]


def _method_fits(use: Expressions, weights: tree.Weights, judges: int, ahp: bool) -> bool:
    language, separate = use.scope.language, comma(use.scope.language)
    if weights.method == "trimmed mean" and judges < 3:
        plain = keywords().weight_methods["mean"].shown(language)
        mean = Fix("method", (Edit(weights.method_span, plain),))
        use.report.add("R055", weights.method_span, facts={"experts": judges}, fixes=[mean])
        return False
    if ahp and judges > 1 and weights.meet is None:
        use.report.add(
            "R056",
            weights.method_span,
            facts={"experts": judges},
            fixes=[
                Fix("judgements", (Edit(weights.method_span.after(), separate + word("OF_JUDGEMENTS", language)),)),
                Fix("weights", (Edit(weights.method_span.after(), separate + word("OF_WEIGHTS", language)),)),
            ],
        )
        return False
    return True


def _steps(use: Expressions, weights: tree.Weights) -> str | None:
    if weights.steps is None:
        return None
    value = weights.steps.value / 100 if weights.steps.unit == "%" else weights.steps.value
    if weights.steps.unit not in ("%", "") or value <= 0 or (1 / value).denominator != 1:
        text = print_number(weights.steps, use.scope.language)
        fix = Fix("step", (Edit(weights.steps.span, "1%"),))
        use.report.add("R059", weights.steps.span, facts={"step": text}, fixes=[fix])
        return None
    return exact_text(value)


# ---------------------------------------------------------------- ratings


_Judges = tuple[tuple[str, ...], tuple[op.Judge, ...]]


def _ratings(use: Expressions, weights: tree.Weights, grid: tree.Grid) -> _Judges | None:
    """Experts × items: a header row with the items, then one row an expert."""
    header, *body = grid.rows
    items = _items(use, header)
    if items is None:
        return None
    judges: list[op.Judge] = []
    names: dict[str, tree.Cell] = {}
    sound = True
    for row in body:
        if len(row.cells) != len(header.cells):
            use.report.add(
                "R050",
                row.span,
                facts={"given": len(row.cells), "wanted": len(header.cells)},
                labels=[Label(header.span, "header")],
                fixes=[Fix("cells")],
            )
            sound = False
            continue
        first = names.setdefault(row.cells[0].text, row.cells[0])
        if first is not row.cells[0]:
            _named_twice(use, row.cells[0], first)
            sound = False
        cells = _rating_cells(use, row)
        if cells is None:
            sound = False
        else:
            judges.append(op.Judge(row.cells[0].text, tuple(exact_text(cell) for cell in cells)))
    if not body:
        use.report.add("R057", header.span, fixes=[Fix("rows")])
        return None
    return (items, tuple(judges)) if sound else None


def _items(use: Expressions, header: tree.GridRow) -> tuple[str, ...] | None:
    seen: dict[str, tree.Cell] = {}
    for cell in header.cells[1:]:
        first = seen.setdefault(cell.text, cell)
        if cell.kind not in ("name", "text"):
            facts = {"name": print_cell(cell, use.scope.language)}
            use.report.add("R089", cell.span, facts=facts, fixes=[Fix("name")])
            return None
        if first is not cell:
            _named_twice(use, cell, first)
            return None
    if not seen:
        use.report.add("R057", header.span, fixes=[Fix("rows")])
        return None
    return tuple(seen)


def _named_twice(use: Expressions, cell: tree.Cell, first: tree.Cell) -> None:
    labels, fixes = [Label(first.span, "first")], [Fix("rename")]
    use.report.add("R049", cell.span, facts={"name": first.text}, labels=labels, fixes=fixes)


def _unusable(use: Expressions, span: Span, cell: tree.Cell, key: str) -> None:
    facts = {"cell": print_cell(cell, use.scope.language)}
    use.report.add("R058", span, facts=facts, fixes=[Fix(key)])


def _rating_cells(use: Expressions, row: tree.GridRow) -> list[Fraction] | None:
    """An expert's cells; in % they add up to 100%, otherwise they are ratings or points."""
    values: list[Fraction] = []
    units = {cell.unit for cell in row.cells[1:] if cell.kind == "number"}
    for cell in row.cells[1:]:
        if cell.number is None or cell.number < 0 or cell.unit not in ("", "%", "points") or len(units) > 1:
            _unusable(use, cell.span, cell, "rating")
            return None
        values.append(cell.number)
    total = sum(values, Fraction(0))
    if units == {"%"} and total != 100:
        facts = {"expert": row.cells[0].text, "total": exact_text(total) + "%"}
        use.report.add("R051", row.span, facts=facts, fixes=[Fix("ratings")])
        return None
    if total == 0:
        _unusable(use, row.span, row.cells[1], "zero")
        return None
    return values


# ---------------------------------------------------------------- pairwise judgements


@dataclass(slots=True)
class _Block:
    expert: tree.Cell
    header: tree.GridRow
    rows: list[tree.GridRow]


def _blocks(grid: tree.Grid) -> list[_Block]:
    """One block an expert: a header row `expert | item | …`, then one row an item."""
    found: list[_Block] = []
    for row in grid.rows:
        names_only = all(cell.kind in ("name", "text") for cell in row.cells)
        if (names_only and len(row.cells) > 1) or not found:
            found.append(_Block(row.cells[0], row, []))
        else:
            found[-1].rows.append(row)
    return found


def _matrices(use: Expressions, weights: tree.Weights, grid: tree.Grid) -> _Judges | None:
    blocks = _blocks(grid)
    items: tuple[str, ...] | None = None
    judges: list[op.Judge] = []
    sound = True
    for block in blocks:
        own = _items(use, block.header)
        if own is None:
            return None
        if items is not None and set(own) != set(items):
            use.report.add(
                "R054",
                block.header.span,
                facts={"items": items},
                labels=[Label(blocks[0].header.span, "first")],
                fixes=[Fix("same")],
            )
            return None
        items = items or own
        matrix = _matrix(use, block, own)
        if matrix is None:
            sound = False
            continue
        places = [own.index(item) for item in items]
        cells = tuple(exact_text(matrix[i][j]) for i in places for j in places)
        judges.append(op.Judge(block.expert.text, cells))
    if items is None or len(items) > MAX_ITEMS:
        facts = {"most": MAX_ITEMS, "items": len(items or ())}
        use.report.add("R053", weights.method_span, facts=facts, fixes=[Fix("group")])
        return None
    return (items, tuple(judges)) if sound else None


def _matrix(use: Expressions, block: _Block, items: tuple[str, ...]) -> list[list[Fraction]] | None:
    """The full reciprocal matrix of an expert; the upper triangle suffices."""
    size = len(items)
    found: list[list[Fraction | None]] = [[None] * size for _ in range(size)]
    places: dict[tuple[int, int], tree.Cell] = {}
    for row in block.rows:
        name = row.cells[0].text
        if name not in items:
            labels, fixes = [Label(block.header.span, "first")], [Fix("same")]
            use.report.add("R054", row.cells[0].span, facts={"items": items}, labels=labels, fixes=fixes)
            return None
        if len(row.cells) > size + 1:
            use.report.add(
                "R050",
                row.span,
                facts={"given": len(row.cells), "wanted": size + 1},
                labels=[Label(block.header.span, "header")],
                fixes=[Fix("cells")],
            )
            return None
        i = items.index(name)
        for j, cell in enumerate(row.cells[1:]):
            if cell.kind == "blank":
                continue
            if cell.number is None or cell.number <= 0 or cell.unit != "" or (i == j and cell.number != 1):
                _unusable(use, cell.span, cell, "judgement")
                return None
            found[i][j] = cell.number
            places[i, j] = cell
    return _completed(use, block, items, found, places)


def _completed(
    use: Expressions,
    block: _Block,
    items: tuple[str, ...],
    found: list[list[Fraction | None]],
    places: dict[tuple[int, int], tree.Cell],
) -> list[list[Fraction]] | None:
    size = len(items)
    full = [[Fraction(1)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1, size):
            upper, lower = found[i][j], found[j][i]
            if upper is None and lower is None:
                use.report.add(
                    "R052",
                    block.header.span,
                    facts={"expert": block.expert.text, "one": items[i], "two": items[j]},
                    fixes=[Fix("fill")],
                )
                return None
            if upper is not None and lower is not None and upper * lower != 1:
                use.report.add(
                    "R087",
                    places[j, i].span,
                    facts={"one": items[j], "two": items[i], "wanted": exact_text(1 / upper)},
                    labels=[Label(places[i, j].span, "first")],
                    fixes=[
                        Fix(
                            "reciprocal",
                            (Edit(places[j, i].span, exact_text(1 / upper)),),
                            {"wanted": exact_text(1 / upper)},
                        )
                    ],
                )
                return None
            value = upper if upper is not None else 1 / (lower or Fraction(1))
            full[i][j], full[j][i] = value, 1 / value
    return full


def _consistent(
    use: Expressions, weights: tree.Weights, items: tuple[str, ...], judges: Sequence[op.Judge], grid: tree.Grid
) -> bool:
    """Whether every expert's consistency ratio keeps to the stated limit; names the most contradictory triple."""
    if weights.consistency is None:
        return True
    limit = weights.consistency.value / (100 if weights.consistency.unit == "%" else 1)
    sound = True
    for judge, block in zip(judges, _blocks(grid), strict=True):
        matrix = matrix_of(judge, len(items))
        ratio = panels.consistency_ratio(matrix)
        if compare(ratio, limit) <= 0:
            continue
        i, j, k = panels.most_contradictory_triple(matrix)
        use.report.add(
            "R088",
            block.header.span,
            facts={
                "expert": judge.expert,
                "ratio": shown(ratio, "number", "en"),
                "limit": shown(limit, "number", "en"),
                "a": items[i],
                "b": items[j],
                "c": items[k],
                "ab": exact_text(matrix[i][j]),
                "bc": exact_text(matrix[j][k]),
                "ac": exact_text(matrix[i][k]),
                "product": exact_text(matrix[i][j] * matrix[j][k]),
            },
            labels=[Label(weights.consistency.span, "limit")],
            fixes=[Fix("ask")],
        )
        sound = False
    return sound
