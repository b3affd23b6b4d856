"""Parts of tables as bytes, to be kept between runs. What is read back is checked as if anybody had written it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from rubric_dsl.engines.columnar.by_file import FilePart
from rubric_dsl.engines.columnar.keys import key_sets
from rubric_dsl.engines.columnar.sums import KEYS, VALUES, Sums
from rubric_dsl.plan.json import plain
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.text.record import dataclass

FORMAT = 1
MOST_DOUBTFUL = 100_000
"""A file with more rows in doubt is read each time: hardly anything would be saved."""


class Store(Protocol):
    """Keeps bytes under a key. What it gives is what was kept, or None."""

    def find(self, key: Sequence[object]) -> bytes | None: ...

    def keep(self, key: Sequence[object], content: bytes) -> None: ...


class PartsOfTable:
    """The parts of one table of one plan: with another rule, another program or other subjects nothing is found."""

    def __init__(self, store: Store, plan: ScoringPlan, table: TableSchema, subjects: Sequence[str]) -> None:
        self._store = store
        self._table = table
        method = json.dumps(_without_lines(plain(plan)), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        named = json.dumps(list(subjects), ensure_ascii=False)
        self._key = [FORMAT, pl.__version__, _hash(method), table.name, _hash(named)]

    def find(self, sha256: str, kind: str) -> FilePart | None:
        content = self._store.find([*self._key, kind, sha256])
        if content is None:
            return None
        try:
            return _part(content, self._table)
        except (_NotThis, ValueError, KeyError, TypeError, OverflowError, RecursionError, pl.exceptions.PolarsError):
            return None

    def keep(self, sha256: str, kind: str, part: FilePart) -> None:
        if len(part.doubtful) <= MOST_DOUBTFUL:
            self._store.keep([*self._key, kind, sha256], _content(part))


class _NotThis(Exception):
    """The content is not what is written here."""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _without_lines(value: Any) -> Any:
    """A plan without where its parts stand: sums do not depend on that."""
    if isinstance(value, Mapping):
        return {key: _without_lines(part) for key, part in value.items() if key != "lines"}
    return [_without_lines(part) for part in value] if isinstance(value, (list, tuple)) else value


# ---------------------------------------------------------------- bytes


def _content(part: FilePart) -> bytes:
    sums = part.sums
    tops = [f"s.{name}" for name in sums.bottoms]
    frames = [_bytes(sums.groups.with_columns(pl.col(tops).cast(pl.String))), _bytes(sums.values), _bytes(part.keys)]
    head = {
        "headers": list(part.headers), "size": part.size, "doubtful": list(part.doubtful),
        "bottoms": {name: str(bottom) for name, bottom in sums.bottoms.items()},
        "lengths": [len(one) for one in frames],
    }
    return json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n" + b"".join(frames)


def _bytes(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_ipc(made, compression="zstd")
    return made.getvalue()


def _part(content: bytes, table: TableSchema) -> FilePart:
    line, _, rest = content.partition(b"\n")
    head = json.loads(line.decode("utf-8", "surrogatepass"))
    frames = []
    for length in head["lengths"]:
        frames.append(pl.read_ipc(io.BytesIO(rest[:length])))
        rest = rest[length:]
    groups, values, keys = frames
    bottoms = {str(name): int(bottom) for name, bottom in head["bottoms"].items()}
    headers, size, doubtful = tuple(head["headers"]), head["size"], tuple(head["doubtful"])
    kinds = {**KEYS, **{f"{kind}.{name}": pl.Int64 if kind == "n" else pl.String for name in bottoms for kind in "ns"}}
    _must(not rest and all(isinstance(header, str) for header in headers) and type(size) is int)
    _must(all(type(place) is int for place in doubtful) and list(doubtful) == sorted(set(doubtful)))
    _must(not doubtful or (doubtful[0] >= 0 and doubtful[-1] < size))
    _must(all(bottom > 0 for bottom in bottoms.values()))
    _must(dict(groups.schema) == kinds and dict(values.schema) == dict(VALUES))
    _must(dict(keys.schema) == dict.fromkeys(key_sets(table), pl.UInt64()))
    _must(keys.height == (size if keys.width else 0))
    groups = groups.with_columns(pl.col(f"s.{name}").cast(pl.Int128) for name in bottoms)
    _must(groups["rows"].sum() == size - len(doubtful) and not (groups["rows"] <= 0).any())
    _must(all(groups[f"n.{name}"].is_between(0, groups["rows"]).all() for name in bottoms))
    _must(all(column.null_count() == 0 for column in groups.get_columns() if column.name != "stratum"))
    return FilePart(headers, size, Sums(groups, bottoms, values), doubtful, keys)


def _must(holds: object) -> None:
    if not holds:
        raise _NotThis


@dataclass(frozen=True, slots=True)
class PartsIn:
    """What a store has for the tables of any plan."""

    store: Store

    def __call__(self, plan: ScoringPlan, table: TableSchema, subjects: Sequence[str]) -> PartsOfTable:
        return PartsOfTable(self.store, plan, table, subjects)
