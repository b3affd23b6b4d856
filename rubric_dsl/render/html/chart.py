"""What the charts have in common: the drawing with its name for screen readers, texts, and how wide these are."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from rubric_dsl.render.html.elements import Text, Words, plain, tag, together
from rubric_dsl.render.width import cut, width

WIDTH = 760.0
LETTER = 7.8
"""Pixels of one column of text; a Chinese character has two."""
LINE = 24.0
LONGEST = 30
"""Columns of a name; longer ones are cut, their title has them whole."""


def drawing(columns: float, rows: float, labelled_by: str, parts: Iterable[Markup], kind: str) -> Markup:
    """An SVG as wide as the page lets it be. `labelled_by`: id of the heading that says what it shows."""
    attributes = {
        "class": f"chart {kind}", "viewBox": f"0 0 {columns:.0f} {rows:.0f}", "role": "img",
        "aria-labelledby": labelled_by, "width": columns, "height": rows,
    }
    return tag("svg", dict(attributes), together(parts))


def titled(title: Text, *parts: Markup, link: str | None = None) -> Markup:
    """Parts of a chart that say what they are when pointed at or read aloud, and lead to `link`."""
    group = tag("g", {}, tag("title", {}, plain(title)), *parts)
    return group if link is None else tag("a", {"href": link}, group)


def text(x: float, y: float, said: Text, kind: str = "", anchor: str | None = None) -> Markup:
    return tag("text", {"x": x, "y": y, "class": kind or None, "text-anchor": anchor}, said)


def shortened(name: Text, columns: int = LONGEST) -> Text:
    """The name cut to so many columns."""
    if isinstance(name, Words):
        return Words(cut(name.en, columns), cut(name.zh, columns))
    return cut(str(name), columns)


def room(names: Iterable[Text], columns: int = LONGEST) -> float:
    """Pixels that the longest of the names takes."""
    widest = 0
    for name in names:
        texts = (name.en, name.zh) if isinstance(name, Words) else (str(name),)
        widest = max(widest, *(min(width(said), columns) for said in texts))
    return widest * LETTER
