"""What two editions say otherwise without meaning anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from rubric_dsl.editions.changes import Wording
from rubric_dsl.editions.edition import Edition
from rubric_dsl.plan.model import Lines, RankingSchema
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.print import print_item
from rubric_dsl.text.files import Source
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """What a plan does not keep of a text: the language of its keywords, its comments, and its tests by title."""

    language: str
    comments: tuple[str, ...] | None
    """None: the text is not the whole rubric, since it amends another, so that its comments are its own."""
    tests: Mapping[str, str]
    """By title the test as printed, so that a test that asks something else is found."""


def written(
    language: str, header: tree.Header | None, sources: Iterable[Source], tests: Iterable[tree.Test]
) -> Written:
    amends = header is not None and any(line.kind == "amends" for line in header.lines)
    comments: list[str] = []
    for source in sources:
        parsed = parse(source)
        for logical, line in parsed.lines:
            comments += [*(remark.text.strip() for remark in logical.remarks), *line.comments]
        comments += [remark.text.strip() for remark in parsed.remarks_after]
    by_title = {test.title.text: print_item(test) for test in tests}
    return Written(language, None if amends else tuple(comments), by_title)


def wording(
    old: Edition, new: Edition, written: tuple[Written, Written] | None = None, renames: Mapping[str, str] | None = None
) -> tuple[Wording, ...]:
    """In the order of the new rubric: header, names, labels, notes, order, then language, comments and tests.

    `old` has renamed items under their new names; `renames` are their old ones with these.
    """
    found = [*_header(old, new), *_names(old, new, renames or {})]
    found += [*_labels(old, new), *_notes(old, new), *_order(old, new)]
    if written is not None:
        found += _written(*written)
    return tuple(found)


def _header(old: Edition, new: Edition) -> Iterator[Wording]:
    before, after = old.plan.header, new.plan.header
    for kind in ("title", "edition", "source"):
        one, other = getattr(before, kind), getattr(after, kind)
        if one != other:
            yield Wording(kind, "", one, other)
    if before.notes != after.notes:
        yield from _texts("note", "", before.notes, after.notes)


def _names(old: Edition, new: Edition, renames: Mapping[str, str]) -> Iterator[Wording]:
    lines = [
        {one.name: one.lines for one in edition.plan.values} | {one.name: one.lines for one in edition.plan.rankings}
        for edition in (old, new)
    ]
    for before, after in renames.items():
        yield Wording("name", after, before, after, lines[0][after], lines[1][after])


T = TypeVar("T")


def _both(old: Iterable[T], new: Iterable[T], name: Callable[[T], str]) -> Iterator[tuple[T, T]]:
    known = {name(one): one for one in old}
    return ((known[name(one)], one) for one in new if name(one) in known)


def _labels(old: Edition, new: Edition) -> Iterator[Wording]:
    for one, other in _both(old.plan.values, new.plan.values, lambda named: named.name):
        yield from _label(one.name, one.label, other.label, one.lines, other.lines)
        for name in dict.fromkeys([*other.class_labels, *one.class_labels]):
            before, after = one.class_labels.get(name), other.class_labels.get(name)
            if before != after:
                yield Wording("class label", f"{one.name}: {name}", before, after, one.lines, other.lines)
    rankings: Iterator[tuple[RankingSchema, RankingSchema]] = _both(
        old.plan.rankings, new.plan.rankings, lambda schema: schema.name
    )
    for schema, later in rankings:
        yield from _label(schema.name, schema.label, later.label, schema.lines, later.lines)
    for table, same in _both(old.plan.tables, new.plan.tables, lambda table: table.name):
        yield from _label(table.name, table.label, same.label, table.lines, same.lines)
        messages = [{must.message: must.lines for must in one.musts} for one in (table, same)]
        shapes = [[edition.shapes[must.node] for must in one.musts] for edition, one in ((old, table), (new, same))]
        if sorted(shapes[0]) == sorted(shapes[1]) and set(messages[0]) != set(messages[1]):
            yield from _texts("message", table.name, tuple(messages[0]), tuple(messages[1]))
    for parameter, set_anew in _both(old.plan.parameters, new.plan.parameters, lambda parameter: parameter.name):
        yield from _label(
            parameter.name, parameter.label, set_anew.label, parameter.lines, set_anew.lines
        )


def _label(name: str, old: str | None, new: str | None, old_lines: Lines, new_lines: Lines) -> Iterator[Wording]:
    if old != new:
        yield Wording("label", name, old, new, old_lines, new_lines)


def _notes(old: Edition, new: Edition) -> Iterator[Wording]:
    for one, other in _both(old.plan.values, new.plan.values, lambda named: named.name):
        if one.notes != other.notes:
            for said in _texts("note", one.name, one.notes, other.notes):
                yield Wording(said.kind, said.item, said.old, said.new, one.lines, other.lines)


def _texts(kind: str, item: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Wording]:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    for place in range(max(len(gone), len(come))):
        yield Wording(
            kind, item, gone[place] if place < len(gone) else None, come[place] if place < len(come) else None
        )
    if not gone and not come:
        yield Wording(kind, item, "\n".join(old), "\n".join(new))


def _order(old: Edition, new: Edition) -> Iterator[Wording]:
    """Statements that stand in another order; of several that are overtaken only that it is so."""
    kept = [named.name for named in old.plan.values if named.name in new.values]
    now = [named.name for named in new.plan.values if named.name in old.values]
    if kept != now and all(old.around.get(name) == new.around.get(name) for name in now):
        first = next(name for name, before in zip(now, kept, strict=True) if name != before)
        yield Wording("order", first, None, None, old.values[first].lines, new.values[first].lines)


def _written(old: Written, new: Written) -> Iterator[Wording]:
    if old.language != new.language:
        yield Wording("language", "", old.language, new.language)
    if old.comments is not None and new.comments is not None and old.comments != new.comments:
        yield Wording("comments", "", None, None)
    for title in dict.fromkeys([*new.tests, *old.tests]):
        before, after = old.tests.get(title), new.tests.get(title)
        if before is None or after is None:
            yield Wording("test", title, None if before is None else title, None if after is None else title)
        elif before != after:
            yield Wording("test", title, title, title)
