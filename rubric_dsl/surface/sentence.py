"""One line parsed by the LALR table: tokens in, a node of the tree out, or the place where it stopped.

A plain shift-reduce loop over the table that Lark made. It knows nothing of the language: the table says what follows
what, `LineBuilder` what it means.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rubric_dsl.surface import faults
from rubric_dsl.surface.build import LineBuilder
from rubric_dsl.surface.faults import LineFault
from rubric_dsl.surface.grammar import END, GrammarRule, ParseTable, parse_table
from rubric_dsl.surface.tokens import Tokens
from rubric_dsl.text.record import dataclass

# Terminals that a rule may keep.
VALUED = frozenset({"NAME", "AMOUNT", "QUOTED", "COMPARE"})
# Open symbols: 64 levels of nesting need fewer.
MAX_STACK = 2_000

# What a reduction does: origin, number of symbols, positions kept (None: a placeholder), positions spliced, callback.
Step = tuple[str, int, tuple[int | None, ...], frozenset[int], Callable[..., Any] | None]


class Stopped(Exception):
    """No sentence: the token of this number fits nowhere (the number after the last: the line ends too early)."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


@dataclass(frozen=True, slots=True)
class Automaton:
    table: ParseTable
    steps: tuple[Step, ...]
    passing: tuple[bool, ...]
    """Whether a rule hands its only symbol on as it is."""
    climbs: dict[tuple[int, int, str], int]
    """Filled as lines are parsed: (state below, state on top, next terminal) → state on top after passing rules."""


@functools.cache
def automaton() -> Automaton:
    """The parse table joined with the builder's methods."""
    table = parse_table()
    steps = tuple(_step(rule) for rule in table.rules)
    passing = tuple(_passes(step) for step in steps)
    return Automaton(table, steps, passing, {})


def _step(rule: GrammarRule) -> Step:
    return rule.origin, rule.size, rule.keep, rule.spliced, getattr(LineBuilder, rule.name, None) if rule.name else None


def _passes(step: Step) -> bool:
    origin, size, keep, _, callback = step
    return size == 1 and keep == (0,) and callback is None and origin[0] != "_"


def parse_tokens(tokens: Tokens, start: str) -> Any:
    """The node that the tokens of a line make; raises `Stopped` or the builder's `LineFault`."""
    machine = automaton()
    actions, gotos, steps = machine.table.actions, machine.table.gotos, machine.steps
    passing, climbs = machine.passing, machine.climbs
    end_state = machine.table.ends[start]
    builder = LineBuilder(tokens)
    token = builder.token
    states = [machine.table.starts[start]]
    values: list[Any] = []
    begins: list[int] = []
    kinds = [*tokens.kinds, END]
    for index, kind in enumerate(kinds):
        while True:
            action = actions[states[-1]].get(kind)
            if action is None:
                raise Stopped(index)
            if action >= 0:
                states.append(action)
                if len(states) > MAX_STACK:
                    raise LineFault(faults.too_deep(tokens.span(index, index)))
                begins.append(index)
                values.append(token(index) if kind in VALUED else None)
                break
            if passing[~action]:
                key = (states[-2], states[-1], kind)
                state = climbs.get(key, -1)
                if state < 0:
                    state = climbs[key] = _climb(machine, key)
                states[-1] = state
            else:
                origin, size, keep, spliced, callback = steps[~action]
                begin = begins[-size]
                value: Any = _reduced(values, size, keep, spliced)
                del states[-size:], values[-size:], begins[-size:]
                if callback is not None:
                    value = callback(builder, value, begin, index - 1)
                elif origin[0] != "_":
                    value = value[0] if len(value) == 1 else None
                values.append(value)
                begins.append(begin)
                state = gotos[states[-1]][origin]
                states.append(state)
            if state == end_state and kind is END:
                return values[-1]
    raise AssertionError("the end of the line is a token")


def _climb(machine: Automaton, key: tuple[int, int, str]) -> int:
    """The state on top after all reductions in a row that only rename the symbol on top (a number is a sum is a …)."""
    below, state, kind = key
    table = machine.table
    while (action := table.actions[state].get(kind, 0)) < 0 and machine.passing[~action]:
        state = table.gotos[below][table.rules[~action].origin]
    return state


def _reduced(values: list[Any], size: int, keep: tuple[int | None, ...], spliced: frozenset[int]) -> list[Any]:
    """The kept children of the `size` symbols on top; a list that grows from the left is extended in place."""
    base = len(values) - size
    children: list[Any] = []
    for position in keep:
        if position is None:
            children.append(None)
        elif position in spliced:
            if children:
                children.extend(values[base + position])
            else:
                children = values[base + position]
        else:
            children.append(values[base + position])
    return children


@functools.cache
def openings(start: str) -> frozenset[str]:
    """The terminals that a line of this place may start with."""
    return accepted([parse_table().starts[start]], start)


def may_open(start: str, kind: str) -> bool:
    return kind in openings(start)


def states_before(tokens: Tokens, start: str, index: int) -> list[int]:
    """The states of a parse that has read the tokens before `index` and looked at nothing else."""
    table = parse_table()
    states = [table.starts[start]]
    for kind in tokens.kinds[:index]:
        advance(table, states, kind)
    return states


def advance(table: ParseTable, states: list[int], kind: str) -> bool:
    """Read one more terminal; False (and the states spoilt) when it does not fit."""
    while True:
        action = table.actions[states[-1]].get(kind)
        if action is None:
            return False
        if action >= 0:
            states.append(action)
            return True
        rule = table.rules[~action]
        del states[-rule.size :]
        states.append(table.gotos[states[-1]][rule.origin])


def may_end(states: list[int], start: str) -> bool:
    """Whether the line may end here."""
    table = parse_table()
    states = states[:]
    while True:
        if states[-1] == table.ends[start] and len(states) == 2:
            return True
        action = table.actions[states[-1]].get(END)
        if action is None or action >= 0:
            return False
        rule = table.rules[~action]
        del states[-rule.size :]
        states.append(table.gotos[states[-1]][rule.origin])


def accepted(states: list[int], start: str) -> frozenset[str]:
    """The terminals that may stand next (with `$END` where the line may end)."""
    table = parse_table()
    found = {kind for kind in table.actions[states[-1]] if kind != END and advance(table, states[:], kind)}
    if may_end(states, start):
        found.add(END)
    return frozenset(found)


def reads(states: list[int], kinds: list[str], place: str) -> bool:
    """Whether the line may go on with these terminals and end there."""
    table = parse_table()
    states = states[:]
    return all(advance(table, states, kind) for kind in kinds) and may_end(states, place)


def stop_of(tokens: Tokens, place: str) -> int:
    """The token at which a line stops making sense; -1: it does not."""
    if tokens.fault is not None:
        return len(tokens.kinds)
    table = parse_table()
    states = [table.starts[place]]
    for index, kind in enumerate(tokens.kinds):
        if not advance(table, states, kind):
            return index
    return -1 if may_end(states, place) else len(tokens.kinds)
