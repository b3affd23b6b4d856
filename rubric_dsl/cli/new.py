"""`rubric new NAME`: six questions, then a folder with a rubric, its form, observations to try, and what to do next."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.surface.keywords import Language
    from rubric_dsl.writing.starters import Item, Kind, Starter, Ties

KINDS = ("calls", "index", "risk", "contest")
TIES = ("share", "dense", "by")
Answer = TypeVar("Answer")


class NoAnswer(ValueError):
    """A text that answers nothing: the key of what to say about it, with its facts."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@declare("new")
@click.argument("name", metavar="NAME")
@click.option("--ranked", metavar="TEXT")
@click.option("--observed", metavar="KIND", type=click.Choice(KINDS))
@click.option("--scenarios", metavar="A,B")
@click.option("--indicators", metavar='"A 40, B 60"')
@click.option("--experts", metavar="A,B")
@click.option("--ties", metavar="RULE", type=click.Choice(TIES))
def command(
    terminal: Terminal, name: str, ranked: str | None, observed: Kind | None, scenarios: str | None,
    indicators: str | None, experts: str | None, ties: Ties | None,
) -> int:
    from rubric_dsl.writing.starters import WITH_SCENARIOS, Answers, default_items, default_ranked, starter

    lang: Language = "zh" if terminal.lang == "zh" else "en"
    title = _title(name)
    if os.path.exists(name) and (not os.path.isdir(name) or os.listdir(name)):
        raise Stop(Exit.USAGE, "new.exists", path=name)
    asking = _Asking(terminal)
    kind = asking.about("observed", observed, "calls", _kind)
    subject = asking.about("ranked", ranked, default_ranked(kind, lang), _filled)
    if kind in WITH_SCENARIOS:
        places = asking.about("scenarios", scenarios, "", _listed)
    elif scenarios:
        raise Stop(Exit.USAGE, "new.no-scenarios", kind=kind)
    else:
        places = ()
    usual = default_items(kind, lang)
    items = asking.about("indicators", indicators, _shown(usual), _items)
    # The usual ones come with rules of their own, others all with the one of their kind.
    items = usual if _shown(items) == _shown(usual) else items
    judges = asking.about("experts", experts, "", _listed)
    rule = asking.about("ties", ties, "share", _ties)
    made = starter(Answers(title, lang, kind, subject, places, items, judges, rule))
    _write(terminal, name, title, made)
    return Exit.DONE


def _title(name: str) -> str:
    title = os.path.basename(os.path.normpath(name)).removesuffix(".rubric")
    if not title or title in (".", "..") or re.search(r'[\x00-\x1f<>:"|?*\\]', title):
        raise Stop(Exit.USAGE, "new.name", name=name)
    return title


# ---------------------------------------------------------------- questions


class _Asking:
    """Takes what was said on the command line, asks for the rest on a terminal, and goes by the default elsewhere."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.number = 0

    def about(self, key: str, said: str | None, default: str, read: Callable[[str], Answer]) -> Answer:
        self.number += 1
        if said is not None:
            try:
                return read(said)
            except NoAnswer as fault:
                raise Stop(Exit.USAGE, fault.key, **fault.facts) from None
        if not sys.stdin.isatty():
            return read(default)
        while True:
            shown = default or self.terminal.say("new.none")
            question = self.terminal.say(f"new.ask-{key}", number=self.number)
            try:
                return read(self.terminal.ask(f"{question} [{shown}] ").strip() or default)
            except NoAnswer as fault:
                self.terminal.err(self.terminal.say(fault.key, **fault.facts))


def _filled(text: str) -> str:
    if not text.strip():
        raise NoAnswer("new.empty")
    return text.strip()


def _kind(text: str) -> Kind:
    """By its word or its number."""
    word = KINDS[int(text) - 1] if text in ("1", "2", "3", "4") else text
    for kind in KINDS:
        if word == kind:
            return kind  # type: ignore[return-value]  # one of the words
    raise NoAnswer("new.choose", choices=", ".join(KINDS))


def _ties(text: str) -> Ties:
    word = TIES[int(text) - 1] if text in ("1", "2", "3") else text
    for rule in TIES:
        if word == rule:
            return rule  # type: ignore[return-value]  # one of the words
    raise NoAnswer("new.choose", choices=", ".join(TIES))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,，、]", text) if part.strip())


def _items(text: str) -> tuple[Item, ...]:
    from rubric_dsl.writing.starters import Item

    found = []
    for part in _listed(text):
        read = re.fullmatch(r"(.*?\S)\s*([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(?:分|points?)?", part)
        if read is None or not Fraction(read[2]):
            raise NoAnswer("new.item", text=part)
        found.append(Item(read[1], Fraction(read[2])))
    if not found:
        raise NoAnswer("new.empty")
    if len({item.text for item in found}) < len(found):
        raise NoAnswer("new.item-twice")
    return tuple(found)


def _shown(items: tuple[Item, ...]) -> str:
    from rubric_dsl.writing.starters import digits

    return ", ".join(f"{item.text} {digits(item.worth)}" for item in items)


# ---------------------------------------------------------------- files


def _write(terminal: Terminal, folder: str, title: str, made: Starter) -> None:
    from rubric_dsl.cli.files import write_beside
    from rubric_dsl.cli.outputs import csv_bytes
    from rubric_dsl.plan.compile import compile_rubric
    from rubric_dsl.render.form import form as form_of

    rubric = f"{title}.rubric"
    plan = compile_rubric(rubric, lambda path: made.rubric.encode()).plan
    assert plan is not None, "a starter passes its checks"
    (table,) = plan.tables
    data, form = f"{table.name}.csv", terminal.say("new.form-name", table=table.name)
    header, first, *_ = made.observations
    facts = {
        "title": title, "rubric": rubric, "data": data, "form": form, "subject": first[header.index(table.subject)],
    }
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Stop(Exit.NOT_FINISHED, "file.unwritable", path=folder, reason=error.strerror or "") from None
    for name, content in (
        (rubric, made.rubric.encode()),
        (data, csv_bytes(made.observations)),
        (form, form_of(plan, terminal.lang)),
        ("README.md", terminal.say("new.readme", **facts).lstrip("\n").encode()),
    ):
        write_beside(os.path.join(folder, name), content)
        terminal.out(os.path.join(folder, name))
    terminal.out(terminal.say("new.next", folder=folder, **facts))

