"""Trees as an author could write them, for Hypothesis: grammatical, and of no particular sense."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

from hypothesis import strategies as st

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import is_keyword, keywords
from rubric_dsl.text.source import Origin, Span

T = TypeVar("T")
SPAN = Span(Origin("a.rubric", 1), 0, 0, 0, 0)
UNIT_WORDS = frozenset(keywords().unit_words)


def some(parts: st.SearchStrategy[T], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(parts, min_size=least, max_size=most).map(tuple)


def maybe(part: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | part


latin = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
han = st.from_regex(r"[a-c]{0,2}[热线接通等级社保税务公积金]{1,4}[a-c]{0,2}", fullmatch=True)
# Names that together with a word beside them spell a keyword. `not applicable` is printed with brackets, which the tree
# would then have more than before.
PIECES = {piece for phrase in keywords().phrases for piece in phrase.split()} - {"applicable", "yes/no"}
PIECES |= {phrase[:cut] for phrase in keywords().phrases if phrase > "\u3000" for cut in range(1, len(phrase))}
pieces = st.sampled_from(sorted(piece for piece in PIECES if "/" not in piece))
# A unit word is a name anywhere but right behind a number; the generator stays away from that.
names = (latin | han | pieces).filter(lambda name: not is_keyword(name) and name not in UNIT_WORDS)
words = names.map(lambda name: tree.Word(name, SPAN))
texts = st.text(st.sampled_from(list('ab 1"\\“”‘#:|,热线（％')), max_size=6)
quoteds = texts.map(lambda text: tree.Quoted(text, SPAN))
nameds = st.builds(lambda word, label: tree.Named(word, () if label is None else (label,)), words, maybe(quoteds))
members = st.builds(tree.Named, words, some(quoteds, 0, 2))
digits = st.from_regex(r"(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?", fullmatch=True)
UNITS: tuple[tree.Unit, ...] = ("", "%", "s", "min", "h", "day", "points")
numbers = st.builds(lambda text, unit: tree.Number(Fraction(text), unit, text, SPAN), digits, st.sampled_from(UNITS))
wholes = st.integers(0, 99).map(lambda value: tree.Number(Fraction(value), "", str(value), SPAN))
rounding_modes: st.SearchStrategy[tree.RoundingMode] = st.sampled_from(("half up", "half even", "up", "down"))
roundings = st.builds(tree.Rounding, rounding_modes, numbers, st.just(SPAN))

# ---------------------------------------------------------------- expressions

Exprs = st.SearchStrategy[tree.Expr]
negatives = numbers.map(lambda number: tree.Negate(number, SPAN))
yesnos = st.booleans().map(lambda value: tree.YesNo(value, SPAN))
references = names.map(lambda name: tree.Name(name, SPAN))
literal_texts = texts.map(lambda text: tree.Text(text, SPAN))
leaves: Exprs = numbers | references | literal_texts | yesnos
functions = st.sampled_from(sorted(keywords().functions)) | names


@st.composite
def flat_sums(draw: st.DrawFn, parts: Exprs) -> tree.Expr:
    terms = draw(some(parts, 2))
    return tree.Sum(terms, (False, *(draw(st.booleans()) for _ in terms[1:])), SPAN)


@st.composite
def flat_products(draw: st.DrawFn, parts: Exprs) -> tree.Expr:
    factors = draw(some(parts, 2))
    return tree.Product(factors, (False, *(draw(st.booleans()) for _ in factors[1:])), SPAN)


@st.composite
def comparisons(draw: st.DrawFn, parts: Exprs) -> tree.Expr:
    operands = draw(some(parts, 2))
    relations: tuple[tree.Relation, ...] = ("<", "<=", ">", ">=", "=", "<>")
    if len(operands) > 2:
        relations = draw(st.sampled_from((("<", "<="), (">", ">="), ("=",))))
    return tree.Compare(operands, tuple(draw(st.sampled_from(relations)) for _ in operands[1:]), SPAN)


@st.composite
def calls(draw: st.DrawFn, parts: Exprs) -> tree.Expr:
    function = tree.Word(draw(functions), SPAN)
    across = draw(maybe(words))
    within = draw(maybe(words)) if across else None
    return tree.Call(function, draw(some(parts, 1)), draw(maybe(parts)), across, within, SPAN)


def deeper(parts: Exprs) -> Exprs:
    """Expressions one level deeper, in brackets wherever their place in the grammar asks for it."""
    held = parts.map(lambda part: part if isinstance(part, ATOMS) else tree.Group(part, SPAN))
    powers = st.builds(tree.Power, held, held, st.just(SPAN))
    unary = held | powers | st.builds(tree.Negate, held, st.just(SPAN))
    products = unary | flat_products(unary)
    sums = products | flat_sums(products)
    rounded = sums | st.builds(tree.Rounded, sums, roundings, st.just(SPAN))
    is_members = some(words | quoteds, 1)
    relations = (
        rounded
        | comparisons(rounded)
        | st.builds(tree.Is, rounded, is_members, st.booleans(), st.just(SPAN))
        | st.builds(tree.IsMissing, rounded, st.booleans(), st.just(SPAN))
    )
    negations = relations | st.builds(tree.Not, relations, st.just(SPAN))
    conjunctions = negations | st.builds(tree.And, some(negations, 2), st.just(SPAN))
    disjunctions = conjunctions | st.builds(tree.Or, some(conjunctions, 2), st.just(SPAN))
    choices = st.builds(tree.If, disjunctions, disjunctions, disjunctions, st.just(SPAN))
    return disjunctions | calls(disjunctions) | choices


ATOMS = (tree.Number, tree.Name, tree.Text, tree.YesNo, tree.Group, tree.Call)
exprs: Exprs = st.recursive(leaves, deeper, max_leaves=4)
atoms: Exprs = leaves | exprs.map(lambda part: part if isinstance(part, ATOMS) else tree.Group(part, SPAN))

# ---------------------------------------------------------------- tables, grids

ends: st.SearchStrategy[tree.PatternValue] = numbers | negatives | references | literal_texts


@st.composite
def ranges(draw: st.DrawFn) -> tree.Range:
    low, high = draw(maybe(ends)), draw(maybe(ends))
    if low is None and high is None:
        low = draw(ends)
    low_closed = low is not None and draw(st.booleans())
    return tree.Range(low, low_closed, high, high is not None and draw(st.booleans()), SPAN)


patterns: st.SearchStrategy[tree.Pattern] = (
    ranges()
    | st.builds(tree.Exactly, ends | yesnos, st.just(SPAN))
    | st.sampled_from((tree.Anything(SPAN), tree.MissingValue(SPAN), tree.Otherwise(SPAN)))
)
outcomes: st.SearchStrategy[tree.Outcome] = (
    st.builds(tree.ValueOutcome, exprs, st.just(SPAN))
    | st.builds(tree.LinearOutcome, exprs, exprs, st.booleans(), st.just(SPAN))
    | st.builds(lambda word, label: tree.ClassOutcome(tree.Named(word, (label,)), SPAN), words, quoteds)
    | st.just(tree.NotApplicableOutcome(SPAN))
)
rows = st.builds(
    lambda alternatives, values: tree.Row(alternatives, values, SPAN, SPAN),
    some(some(patterns, 1, 2), 1, 2),
    some(outcomes, 1, 2),
)
tables = st.builds(tree.Table, some(exprs, 1, 2), maybe(st.just(SPAN)), some(rows, 1), st.just(SPAN))


@st.composite
def cells(draw: st.DrawFn) -> tree.Cell:
    kind = draw(st.sampled_from(("name", "text", "number", "ratio", "yes/no", "blank")))
    sign = draw(st.sampled_from(("", "-")))
    if kind == "name":
        return tree.Cell("name", draw(names), None, "", SPAN)
    if kind == "text":
        return tree.Cell("text", draw(texts), None, "", SPAN)
    if kind == "number":
        text = sign + draw(digits)
        return tree.Cell("number", text, Fraction(text), draw(st.sampled_from(UNITS)), SPAN)
    if kind == "ratio":
        above, below = draw(st.integers(0, 99)), draw(st.integers(1, 99))
        value = Fraction(above, below)
        return tree.Cell("ratio", f"{sign}{above}/{below}", -value if sign else value, "", SPAN)
    if kind == "yes/no":
        return tree.Cell("yes/no", draw(st.sampled_from(("yes", "no"))), None, "", SPAN)
    return tree.Cell("blank", "", None, "", SPAN)


grids = st.builds(tree.Grid, some(st.builds(tree.GridRow, some(cells(), 1), st.just(SPAN)), 1), st.just(SPAN))

# ---------------------------------------------------------------- statements


@st.composite
def limits(draw: st.DrawFn, low_ends: st.SearchStrategy[tree.PatternValue] = ends) -> tree.Limits:
    low, high = draw(maybe(low_ends)), draw(maybe(ends))
    if low is None and high is None:
        low = draw(low_ends)
    return tree.Limits(low, high, SPAN)


@st.composite
def columns(draw: st.DrawFn) -> tree.ColumnLine:
    kinds: tuple[tree.ColumnKind, ...] = (
        *("text", "yes/no", "choice", "whole number", "number", "percent", "seconds", "date", "time"),
    )
    kind = draw(st.sampled_from(kinds))
    ranged = kind not in ("text", "yes/no", "choice")
    counted = ranged and kind not in ("date", "time")
    column_type = tree.ColumnType(
        kind,
        draw(some(members)) if kind == "choice" else (),
        draw(maybe(limits())) if ranged else None,
        draw(maybe(numbers)) if kind == "percent" else None,
        SPAN,
    )
    optional = st.builds(tree.Optional, some(quoteds), st.just(SPAN))
    presence = draw(maybe(st.builds(tree.PresentWhen, exprs, st.just(SPAN)) | optional))
    decimals = draw(maybe(wholes)) if counted else None
    marks = maybe(st.just(SPAN))
    return tree.ColumnLine(draw(some(nameds, 1)), column_type, decimals, presence, draw(marks), draw(marks), SPAN)


@st.composite
def foldings(draw: st.DrawFn) -> tree.Folding:
    kinds: tuple[tree.Folding, ...] = (
        tree.Folding("averaged", None, False, None, SPAN),
        tree.Folding("totalled", None, False, None, SPAN),
        tree.Folding("one row each", None, False, None, SPAN),
        tree.Folding("averaged", draw(words), draw(st.booleans()), draw(maybe(words)), SPAN),
    )
    return draw(st.sampled_from(kinds))


missings = st.builds(tree.MissingLine, outcomes, st.just(SPAN))
musts = st.builds(tree.Must, exprs, quoteds, st.just(SPAN))
observes = st.builds(
    tree.Observe, nameds, words, maybe(words), foldings(), some(columns(), 1), some(musts, 0, 2), maybe(missings),
    st.just(SPAN),
)
parameters = st.builds(tree.Parameter, nameds, maybe(limits()), exprs, st.just(SPAN))
measures = st.builds(
    tree.Measure, some(nameds, 1, 2), maybe(limits()), st.booleans(), exprs | tables, maybe(exprs), st.just(SPAN)
)
formulas = st.builds(tree.Formula, words, some(words, 1), exprs | tables, st.just(SPAN))
bandses = st.builds(tree.Bands, nameds, tables, maybe(exprs), st.just(SPAN))
WEIGHT_METHODS: tuple[tree.WeightMethod, ...] = (
    *("mean", "trimmed mean", "median", "geometric mean", "ahp eigenvector", "ahp geometric mean"),
)
weightses = st.builds(
    tree.Weights,
    nameds,
    st.sampled_from(WEIGHT_METHODS),
    st.just(SPAN),
    st.sampled_from((None, "judgements", "weights")),
    maybe(numbers),
    maybe(numbers),
    maybe(grids),
    st.just(SPAN),
)
guards = st.builds(tree.Guard, st.sampled_from(("unless", "if")), exprs, outcomes, st.just(SPAN))
notes = st.builds(tree.Note, quoteds, st.just(SPAN))
rounded_lines = st.builds(tree.RoundedLine, roundings, st.just(SPAN))


def once_each(lines: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """Lines of different kinds: some may be said once only."""
    return st.lists(lines, max_size=3, unique_by=type).map(tuple)


@st.composite
def touchpoints(draw: st.DrawFn) -> tree.Touchpoint:
    rule = draw(
        st.builds(tree.WhenRule, exprs, st.just(SPAN))
        | st.builds(tree.ValueRule, exprs, st.just(SPAN))
        | st.builds(tree.PerRule, st.sampled_from(("minus", "plus")), numbers, atoms, st.just(SPAN))
        | st.builds(tree.TableRule, tables, st.just(SPAN))
    )
    inside_table = isinstance(rule, tree.TableRule)
    lines = once_each(guards | rounded_lines | notes if inside_table else guards | missings | rounded_lines | notes)
    stakes = st.builds(tree.Stake, st.sampled_from(("worth", "penalty", "bonus")), numbers, st.just(SPAN))
    return tree.Touchpoint(draw(nameds), draw(maybe(stakes)), draw(some(words)), rule, draw(lines), SPAN)


indicator_lines: st.SearchStrategy[tree.IndicatorLine] = st.one_of(
    guards,
    missings,
    rounded_lines,
    notes,
    st.builds(tree.Applies, exprs, st.just(SPAN)),
    st.builds(tree.Bound, st.sampled_from(("at least", "at most")), exprs, maybe(exprs), st.just(SPAN)),
    st.builds(tree.WeightsFrom, words, st.just(SPAN)),
    st.builds(tree.CombinedBy, st.sampled_from(("mean", "geometric mean", "lowest", "highest")), st.just(SPAN)),
    st.builds(tree.Equals, exprs, st.just(SPAN)),
)


def indicators_of(children: st.SearchStrategy[tree.Indicator | tree.Touchpoint]) -> st.SearchStrategy[tree.Indicator]:
    return st.builds(
        tree.Indicator, nameds, maybe(numbers), once_each(indicator_lines), some(children, 0, 2), st.just(SPAN)
    )


indicators = indicators_of(touchpoints() | indicators_of(touchpoints()))
tie_keys = st.builds(tree.TieKey, words, st.booleans())
ranking_lines: st.SearchStrategy[tree.RankingLine] = st.one_of(
    st.builds(tree.Precision, maybe(roundings), st.just(SPAN)),
    st.builds(tree.Ties, st.just("by"), some(tie_keys, 1), st.just(SPAN)),
    st.sampled_from((tree.Ties("share", (), SPAN), tree.Ties("dense", (), SPAN))),
    st.builds(tree.Cap, wholes, exprs, st.just(SPAN)),
    st.builds(tree.Exclude, exprs, st.just(SPAN)),
)
rankings = st.builds(
    tree.Ranking, maybe(nameds), some(words, 1), maybe(words), st.booleans(), once_each(ranking_lines), st.just(SPAN)
)
examples = st.builds(tree.Example, words, words, grids, st.just(SPAN))
givens = st.builds(tree.Given, st.booleans(), words, maybe(words), grids, st.just(SPAN))
expects = grids.map(lambda grid: tree.Expect(grid, None, SPAN)) | words.map(lambda word: tree.Expect(None, word, SPAN))
tests = st.builds(tree.Test, quoteds, some(givens, 1, 2), expects, st.just(SPAN))
promises = st.builds(tree.Promise, quoteds, exprs, st.just(SPAN))
uses = st.builds(tree.Use, quoteds, st.just(SPAN))
drops = st.builds(tree.Drop, some(words, 1), st.just(SPAN))
header_lines = st.builds(
    tree.HeaderLine, st.sampled_from(("edition", "source", "note", "amends")), quoteds, st.just(SPAN)
)
headers = st.builds(tree.Header, quoteds, some(header_lines), st.just(SPAN))
items: st.SearchStrategy[tree.Item] = st.one_of(
    *(observes, parameters, measures, formulas, bandses, weightses, indicators, touchpoints(), rankings, examples),
    *(tests, promises, uses, drops),
)


def documents() -> st.SearchStrategy[tree.Document]:
    return st.builds(tree.Document, st.just("a.rubric"), maybe(headers), some(items, 0, 3))
