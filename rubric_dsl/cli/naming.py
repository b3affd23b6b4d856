"""A subject, item, period or code that there is none of: what there is instead, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rubric_dsl.cli.exits import Exit, Stop

LISTED = 30
NEAR = 3


def unknown(what: str, given: str, names: Sequence[str], candidates: Iterable[str]) -> Stop:
    """What there is instead, with what was probably meant: the nearest name, else those that hold what was given."""
    from rubric_dsl.observations.near import nearest

    known = list(dict.fromkeys(candidates))
    one = nearest(given, known)
    near = [name for name in known if given in name][:NEAR] if one is None else [one]
    facts = {what: given, f"{what}s": listed(names)}
    if not near:
        return Stop(Exit.USAGE, f"usage.unknown-{what}", **facts)
    return Stop(Exit.USAGE, f"usage.near-{what}", near="`, `".join(near), **facts)


def listed(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")
