"""The frame of a page: head, style, the switch between the languages, the contents, and what stands below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rubric_dsl.render.html.elements import Text, Words, words_of
from rubric_dsl.text.record import dataclass

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page. `id`: of its heading is `h-` before it, which charts are labelled by."""

    id: str
    title: Text
    body: Markup
    listed: bool = True
    """Whether the contents name it."""
    kind: str = ""


def page(title: Text, sections: Sequence[Section], lang: str, below: Sequence[Text] = ()) -> bytes:
    """The whole file. `lang`: the language that is switched on at first. `below`: lines at the end of the page."""
    found: str = template("page.html").render(title=title, sections=sections, lang=lang, below=below, style=_style())
    return found.encode("utf-8")


def template(name: str) -> Any:
    """A template of this folder; whatever is put in is escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True, loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )
    made.globals["say"] = Words
    made.globals["words_of"] = words_of
    return made


@cache
def _style() -> Markup:
    return Markup((TEMPLATES / "page.css").read_text("utf-8"))
