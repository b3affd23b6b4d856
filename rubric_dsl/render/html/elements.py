"""Elements of pages and charts, with everything in them escaped, and texts in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from rubric_dsl.plan.naming import called
from rubric_dsl.render.width import visible
from rubric_dsl.text.record import dataclass

VOID = frozenset({"br", "hr", "input", "link", "meta", "path", "rect", "circle", "line", "polyline"})
"""Elements that are written without an end."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages; the page shows the one that is switched on."""

    en: str
    zh: str

    def __html__(self) -> str:
        """What templates and `tag` put in: one text where both languages say the same."""
        return spoken(self, "span")


Text = str | Words | Markup


def words_of(name: str, label: str | None) -> Words:
    """What people call something in each language."""
    return Words(visible(called(name, label, "en")), visible(called(name, label, "zh")))


def spoken(text: Text, inside: str = "span") -> Markup:
    """The text escaped; of `Words` an element for each language (`tspan` inside SVG text)."""
    if not isinstance(text, Words):
        return escape(text)
    if text.en == text.zh:
        return escape(text.en)
    en, zh = escape(text.en), escape(text.zh)
    return Markup(f'<{inside} lang="en">{en}</{inside}><{inside} lang="zh">{zh}</{inside}>')


def plain(text: Text) -> str:
    """The text where there are no elements, as in the `<title>` of SVG: both languages beside each other."""
    if not isinstance(text, Words):
        return str(text)
    return text.en if text.en == text.zh else f"{text.zh} · {text.en}"


def tag(name: str, attributes: dict[str, object] | None = None, *children: Text) -> Markup:
    """An element. Attributes that are None are left out; numbers are written with at most one decimal."""
    there = [(key, value) for key, value in (attributes or {}).items() if value is not None]
    given = "".join(f' {escape(key)}="{escape(_written(value))}"' for key, value in there)
    if name in VOID and not children:
        return Markup(f"<{name}{given}/>")
    inner = "tspan" if name in ("text", "tspan") else "span"
    inside = "".join([spoken(child, inner) for child in children])
    return Markup(f"<{name}{given}>{inside}</{name}>")


def together(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _written(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value + 0.0:.1f}".removesuffix(".0")
