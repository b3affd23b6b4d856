"""A rubric of 2,000 lines such as a national evaluation might have: many indicators, tables, measures and bands."""

from __future__ import annotations

INDICATORS = 120
BANDS = 60


def large_rubric(part: float = 1) -> str:
    """About 2,000 lines: 240 columns, 120 indicators with 240 touchpoints by tables, 60 measures with bands.

    `part`: how much of that.
    """
    indicators, bands = round(INDICATORS * part), round(BANDS * part)
    lines = ['rubric "large"', "observe calls of city, averaged", "  city text", "  connected yes/no"]
    for number in range(indicators):
        lines.append(f"  wait_{number} seconds 0 to 1800 when connected")
        lines.append(f"  tone_{number} choice gentle | flat | rude when connected")
    for number in range(bands):
        lines += [
            f"measure rate_{number} = share(connected)",
            f"bands heat_{number} by rate_{number} rounded half up to 1%",
            "  from 95%: hot",
            "  31% to 94%: warm",
            "  1% to 30%: cold",
            "  0%: dead",
        ]
    lines.append(f"indicator total worth {10 * indicators}")
    for number in range(indicators):
        lines += [
            f"  indicator part_{number} worth 10",
            "    unless connected: 0",
            f"    touchpoint quick_{number} worth 6 by wait_{number}",
            "      up to 15 s: 6",
            "      over 15 s to 60 s: 4",
            "      over 60 s to 180 s: 2",
            "      over 180 s: 0",
            f"    touchpoint friendly_{number} worth 4 by tone_{number}",
            "      gentle: 4",
            "      flat: 2",
            "      rude: 0",
        ]
    lines += ["ranking by total", "  exact", "  ties share", ""]
    return "\n".join(lines)
