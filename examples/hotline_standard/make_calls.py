"""Synthetic calls of four hotlines on two days: `python make_calls.py [CALLS] > calls.csv` (640 without a number).

Not real calls. Everything comes from one sequence of whole numbers, x → 1103515245·x + 12345 modulo 2³¹ from 33358, of
which the upper bits are used, so that every machine writes the same file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

HOTLINES = (("甲市", 985, 14), ("乙市", 960, 22), ("丙市", 860, 40), ("丁市", 240, 90))
"""Name, answered calls of a thousand by day and off the peak, longest usual wait in seconds."""

HOURS = (
    0, 1, 2, 4, 6, 7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 15, 15, 15, 16, 16, 17, 18, 19, 20, 21, 22, 23,
)
"""An hour that stands here twice is called twice as often."""

PEAK = (9, 10, 15, 16)


def numbers() -> Iterator[int]:
    state = 33358
    while True:
        state = (1103515245 * state + 12345) % 2**31
        yield state >> 12


def calls(count: int) -> Iterator[tuple[str, ...]]:
    draw = numbers()
    for place in range(count):
        name, answered, longest = HOTLINES[place % len(HOTLINES)]
        day = "2020-10-28" if 2 * place < count else "2020-10-29"
        hour, minute = HOURS[next(draw) % len(HOURS)], next(draw) % 60
        peak, night = hour in PEAK, hour >= 22 or hour < 6
        chance = answered - 40 * peak - 60 * night
        connected = next(draw) % 1000 < chance
        wait = next(draw) % (longest + 1) + next(draw) % 12 * peak
        menu = name in ("丙市", "丁市") and next(draw) % 3 > 0
        seen = (str(wait), "是" if menu else "否") if connected else ("", "")
        yield (
            name, f"{place + 1:07}", day, f"{hour:02}:{minute:02}", "高峰" if peak else "非高峰",
            "是" if connected else "否", *seen,
        )


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("热线,通话编号,日期,来电时刻,时段,是否接通,等待时长(秒),语音菜单")
    for call in calls(int(sys.argv[1]) if len(sys.argv) > 1 else 640):
        print(",".join(call))


if __name__ == "__main__":
    main()
