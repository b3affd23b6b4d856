"""Names that a reader cannot tell apart: two of them have the same skeleton."""

from __future__ import annotations

import re
import unicodedata

# Each group is written alike in common fonts; the first stands for all. Only characters that a name may hold.
ALIKE = (
    *("lI1", "O0〇", "日曰", "口囗", "己已巳", "未末", "土士", "人入", "戊戌戍", "的旳", "干千"),
    *("沫沬", "壶壸", "治冶", "鸟乌", "折拆", "赢羸"),
)
TWINS = str.maketrans({other: group[0] for group in ALIKE for other in group[1:]})
UNDERSCORES = re.compile("_{2,}")


def skeleton(name: str) -> str:
    """What is left of a name when look-alike characters are made one (`wait_l` and `wait_1`, `期末` and `期未`).

    Full-width and compatibility forms become their ordinary ones; runs of `_` look like one. Letters of other scripts
    need no entry: they cannot stand in a name.
    """
    plain = unicodedata.normalize("NFKC", name)
    return UNDERSCORES.sub("_", plain).translate(TWINS)
