"""The grammar as a parse table: made from `rubric.lark` by Lark, shipped as data, loaded without Lark.

`grammar/tables.json` is Lark's LALR table written out, with the hash of what it was made from. Loading it takes a few
milliseconds, needs no cache folder on the reader's machine, and Lark is imported only when the grammar was edited after
the table was written (then it is built anew in memory; `python -m rubric_dsl.surface.grammar` writes it again).
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from rubric_dsl.surface.keywords import grammar_folder, keywords
from rubric_dsl.text.record import dataclass

END = "$END"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class GrammarRule:
    """One production, with what a reduction hands on: `keep` are positions on the right side (None: a placeholder)."""

    origin: str
    size: int
    name: str
    """The callback: the alias, or the origin; "" hands the only child on."""
    keep: tuple[int | None, ...]
    spliced: frozenset[int]
    """Positions whose value is a list to be spliced in (Lark's `*` and `+`)."""


@dataclass(frozen=True, slots=True)
class ParseTable:
    """States are numbers; an action ≥ 0 shifts to that state, a negative one reduces by rule `~action`."""

    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    starts: dict[str, int]
    ends: dict[str, int]
    rules: tuple[GrammarRule, ...]


@functools.cache
def parse_table() -> ParseTable:
    """The table of `rubric.lark`, from `tables.json` when it fits, else built by Lark in memory."""
    source = grammar_source()
    path = grammar_folder() / "tables.json"
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        data = {}
    if data.get("made_from") != fingerprint(source):
        data = build(source)
    return from_data(data)


def grammar_source() -> str:
    """The grammar with the keywords declared as terminals."""
    words = " ".join("_" + token for token in keywords().tokens)
    return (grammar_folder() / "rubric.lark").read_text("utf-8") + f"\n%declare {words}\n"


def fingerprint(source: str) -> str:
    return hashlib.sha256(f"{FORMAT}\n{source}".encode()).hexdigest()


def start_symbols(source: str) -> list[str]:
    """The places: every rule whose name ends in `_line`, and `statement`, written at the margin."""
    heads = [line.split(":")[0] for line in source.splitlines() if line[:1].isalpha() and ":" in line]
    inner = {"rounded_line"}
    return [head for head in heads if head == "statement" or (head.endswith("_line") and head not in inner)]


def build(source: str) -> dict[str, Any]:
    """Lark's table as plain data; a conflict of any kind is an error (Lark's strict mode)."""
    from lark import Lark
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class NoLexer(Lexer):
        def __init__(self, lexer_conf: object) -> None: ...

        def lex(self, *_: object) -> Any:
            return iter(())

    starts = start_symbols(source)
    lark = Lark(source, parser="lalr", lexer=NoLexer, start=starts, maybe_placeholders=True, strict=True)
    table = lark.parser.parser._parse_table
    punctuation = {t.name: t.pattern.value for t in lark.terminals if t.pattern is not None}
    numbers = state_numbers(table, starts)
    rules: dict[Any, int] = {}
    states = []
    for state in numbers:
        actions, gotos = {}, {}
        for symbol, (action, argument) in sorted(table.states[state].items()):
            if action is not Shift:
                actions[punctuation.get(symbol, symbol)] = ~rules.setdefault(argument, len(rules))
            elif symbol.isupper():
                actions[punctuation.get(symbol, symbol)] = numbers[argument]
            else:
                gotos[symbol] = numbers[argument]
        states.append([actions, gotos])
    return {
        "made_from": fingerprint(source),
        "starts": {start: numbers[table.start_states[start]] for start in starts},
        "ends": {start: numbers[table.end_states[start]] for start in starts},
        "rules": [rule_data(rule) for rule in rules],
        "states": states,
    }


def state_numbers(table: Any, starts: list[str]) -> dict[int, int]:
    """Lark's states numbered in the order a walk from the starts meets them, so that the file is the same each time."""
    from lark.parsers.lalr_analysis import Shift

    numbers: dict[int, int] = {}
    queue = [table.start_states[start] for start in starts]
    while queue:
        state = queue.pop(0)
        if state not in numbers:
            numbers[state] = len(numbers)
            row = sorted(table.states[state].items())
            queue += [argument for _, (action, argument) in row if action is Shift]
    return numbers


def rule_data(rule: Any) -> list[Any]:
    """origin, size, name, keep, spliced: what `GrammarRule` holds."""
    size = len(rule.expansion)
    marks = rule.options.empty_indices or (False,) * size
    keep: list[int | None] = []
    position = 0
    for absent in marks:
        if absent:
            keep.append(None)
            continue
        symbol = rule.expansion[position]
        if not (symbol.is_term and symbol.filter_out):
            keep.append(position)
        position += 1
    spliced = [i for i, symbol in enumerate(rule.expansion) if not symbol.is_term and symbol.name.startswith("_")]
    passes = rule.options.expand1 and len(keep) == 1 and not rule.alias
    return [str(rule.origin.name), size, "" if passes else str(rule.alias or rule.origin.name), keep, spliced]


def from_data(data: dict[str, Any]) -> ParseTable:
    return ParseTable(
        tuple(state[0] for state in data["states"]),
        tuple(state[1] for state in data["states"]),
        data["starts"],
        data["ends"],
        tuple(GrammarRule(o, n, name, tuple(keep), frozenset(inner)) for o, n, name, keep, inner in data["rules"]),
    )


def write_tables(folder: Path) -> None:
    text = json.dumps(build(grammar_source()), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (folder / "tables.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_tables(grammar_folder())
