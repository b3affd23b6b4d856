"""`--cache DIR`: the same bytes with and without it, whatever stands in the folder."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from rubric_dsl.cli import files, totals_cache
from rubric_dsl.cli.main import run as rubric
from rubric_dsl.engines.columnar import by_file

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
CALLS = pl.read_csv(ROOT / "examples/zhejiang_12345_2020/calls.csv", infer_schema=False)
MONTHS = ("2020-10", "2020-11", "2020-12")


def month(number: int) -> pl.DataFrame:
    """All calls once more, under numbers of their own; each month one subject has a call that nobody answered."""
    frame = CALLS.with_columns(pl.col("call_id") + f"-{number}")
    return pl.concat([frame, frame[number * 9:number * 9 + 1].with_columns(call_id=pl.lit(f"more-{number}"))])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "calls"
    made.mkdir()
    for number, name in enumerate(MONTHS):
        month(number).write_parquet(made / f"{name}.parquet")
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were added up."""
    found: list[str] = []
    part = by_file._File.part

    def told(self: by_file._File) -> by_file.FilePart:
        found.append(self.given.path.name)
        return part(self)

    monkeypatch.setattr(by_file._File, "part", told)
    return found


Scored = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> Scored:
    def run(*words: object, rubric_file: Path = RUBRIC) -> tuple[int, str, str]:
        status = rubric(["score", str(rubric_file), f"calls={folder}", "--json", *map(str, words)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.totals"))


def test_a_month_more_reads_one_month(folder: Path, tmp_path: Path, scored: Scored, opened: list[str]) -> None:
    cache = tmp_path / "cache"
    plain = scored()
    assert plain[0] == 0 and scored("--cache", cache) == plain and len(opened) == 3
    opened.clear()
    assert scored("--cache", cache) == plain and opened == []
    month(3).write_parquet(folder / "2021-01.parquet")
    more = scored()
    assert scored("--cache", cache) == more and more != plain and opened == ["2021-01.parquet"]
    assert [path.stat().st_mode & 0o777 for path in (cache, *entries(cache))] == [0o700, *[0o600] * 4]


def test_csv_files_and_patterns(folder: Path, tmp_path: Path, scored: Scored, opened: list[str],
                                capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGE", 1)  # smaller ones are read row by row
    parquet = json.loads(scored()[1])
    for path in list(folder.iterdir()):
        pl.read_parquet(path).write_csv(path.with_suffix(".csv"))
        path.unlink()
    cache = tmp_path / "cache"
    for words in ([], ["--cache", cache], ["--cache", cache]):
        status, out, _ = scored(*words)
        found = json.loads(out)
        assert status == 0 and found["subjects"] == parquet["subjects"] and found["rankings"] == parquet["rankings"]
    assert len(opened) == 3
    opened.clear()
    assert rubric(["score", str(RUBRIC), f"calls={folder}/2020-1[12]*.csv", "--cache", str(cache)]) == 0
    assert opened == [] and "湖州" in capsys.readouterr().out


def test_refusals_repairs_and_keys_are_told_alike(
    folder: Path, tmp_path: Path, scored: Scored, opened: list[str]
) -> None:
    """A cell that is repaired, one that is refused, a key that comes again in another month, one spelled otherwise."""
    frame = month(1)
    told = {
        "connected": [(3, " 是"), (4, "perhaps")], "call_id": [(5, f"{CALLS['call_id'][7]}-0"),
                                                            (6, f"{CALLS['call_id'][8]}-2 ")],
    }
    for name, cells in told.items():
        column = frame[name].to_list()
        for row, text in cells:
            column[row] = text
        frame = frame.with_columns(pl.Series(name, column))
    frame.write_parquet(folder / "2020-11.parquet")
    cache = tmp_path / "cache"
    for words in ([], ["--leave-out-refused"]):
        plain = scored(*words)
        ledger = json.loads(plain[1])["ledger"]["calls"]
        assert [(Path(one["file"]).stem, one["row"], one["code"]) for one in ledger["refusals"]] == [
            ("2020-11", 6, "D006"), ("2020-11", 7, "D021"), ("2020-12", 10, "D021")]
        assert [(Path(one["file"]).stem, one["row"]) for one in ledger["repairs"]] == [("2020-11", 5), ("2020-11", 8)]
        assert plain[0] == (0 if words else 4)
        for _ in ("cold", "warm"):
            assert scored("--cache", cache, *words) == plain
    assert opened == ["2020-10.parquet", "2020-11.parquet", "2020-12.parquet"]


def test_points_of_rows_are_the_same_bytes(folder: Path, tmp_path: Path, scored: Scored) -> None:
    frame = month(1).with_columns(connected=pl.when(pl.col("call_id") == CALLS["call_id"][3] + "-1")
                                  .then(pl.lit(" 是")).otherwise(pl.col("connected")))
    frame.write_parquet(folder / "2020-11.parquet")
    cache, seen = tmp_path / "cache", []
    for words in ([], ["--cache", cache], ["--cache", cache]):
        assert scored("--row-points", tmp_path / "rows.parquet", *words)[0] == 0
        seen.append((tmp_path / "rows.parquet").read_bytes())
    assert pl.read_parquet(tmp_path / "rows.parquet")["file"].n_unique() == 3 and len(set(seen)) == 1


def sealed(old: bytes, new: bytes) -> Callable[[Path, Path], None]:
    """A change that is covered up with the right hash."""

    def change(first: Path, _: Path) -> None:
        rest = first.read_bytes().partition(b"\n")[2]
        assert old in rest
        rest = rest.replace(old, new)
        first.write_bytes(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)

    return change


def cut(first: Path, _: Path) -> None:
    first.write_bytes(first.read_bytes()[:-7])


def emptied(first: Path, _: Path) -> None:
    first.write_bytes(b"")


def one_bit(first: Path, _: Path) -> None:
    data = first.read_bytes()
    first.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])


def of_another_month(first: Path, second: Path) -> None:
    first.write_bytes(second.read_bytes())


def a_folder(first: Path, _: Path) -> None:
    first.unlink()
    first.mkdir()


DAMAGES = (
    cut, emptied, one_bit, of_another_month, a_folder,
    sealed(b'"size": 89', b'"size": 99'), sealed(b'"doubtful": []', b'"doubtful": [3]'),
    sealed(b'{"headers"', b'["headers"'), sealed(b'"doubtful": []', b'"doubtful": ' + b"[" * 90_000),
    sealed(b"ARROW1", b"ARROW2"),
)


def test_what_is_not_whole_is_made_anew(folder: Path, tmp_path: Path, scored: Scored, opened: list[str]) -> None:
    cache, plain = tmp_path / "cache", scored()
    scored("--cache", cache)
    for place, damage in enumerate(DAMAGES):
        opened.clear()
        first, second, _ = entries(cache)
        damage(first, second)
        assert scored("--cache", cache)[:2] == plain[:2], place
        assert len(opened) == 1, place
        if damage is a_folder:
            first.rmdir()
            scored("--cache", cache)
        opened.clear()
        assert scored("--cache", cache) == plain and opened == [], place


def test_another_method_takes_nothing_that_was_kept(
    tmp_path: Path, scored: Scored, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, other, lines = tmp_path / "cache", tmp_path / "other.rubric", tmp_path / "lines.rubric"
    text = RUBRIC.read_text(encoding="utf-8")
    other.write_text(text.replace("wait_seconds <= 15 s", "wait_seconds <= 14 s"), encoding="utf-8")
    lines.write_text(f"# moved by a line\n{text}", encoding="utf-8")
    scored("--cache", cache)
    opened.clear()
    assert scored("--cache", cache, rubric_file=other)[1] == scored(rubric_file=other)[1] and len(opened) == 3
    opened.clear()
    assert scored("--cache", cache, rubric_file=lines)[0] == 0 and opened == []
    monkeypatch.setattr(totals_cache, "program_identity", lambda: "another program")
    assert scored("--cache", cache)[0] == 0 and len(opened) == 3


def command(folder: Path, cache: Path, before: str = "") -> list[str]:
    words = ["score", str(RUBRIC), f"calls={folder}", "--json", "--cache", str(cache)]
    program = f"import os, sys, signal\n{before}\nfrom rubric_dsl.cli.main import run\nsys.exit(run({words!r}))"
    return [sys.executable, "-c", program]


def test_a_run_that_is_killed_while_it_writes(folder: Path, tmp_path: Path, scored: Scored, opened: list[str]) -> None:
    cache, plain = tmp_path / "cache", scored()
    for at in ("fsync", "replace"):
        die = f"os.{at} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
        done = subprocess.run(command(folder, cache, die), cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL and entries(cache) == []
    assert len(list(cache.glob("*.part"))) == 2
    assert scored("--cache", cache) == plain and len(opened) == 3
    for left in cache.glob("*.part"):
        os.utime(left, (0, 0))
    assert scored("--cache", cache) == plain and list(cache.glob("*.part")) == [] and len(entries(cache)) == 3


def test_two_runs_at_once(folder: Path, tmp_path: Path, scored: Scored, opened: list[str]) -> None:
    cache, plain = tmp_path / "cache", scored()
    started = [
        subprocess.Popen(command(folder, cache), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out.decode(), err) == (0, plain[1], b"")
    assert scored("--cache", cache) == plain and opened == [] and list(cache.glob("*.part")) == []


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path, scored: Scored) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    status, out, err = scored("--cache", cache)
    assert status == 2 and out == "" and str(cache) in err and "700" in err
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = scored("--cache", tmp_path / "file")
    assert status == 7 and "file" in err
    status, _, err = scored("--cache", tmp_path / "other", "--engine", "duckdb")
    assert status == 2 and "duckdb" in err and not (tmp_path / "other").exists()


def test_a_folder_that_is_full_is_told_and_the_result_is_there(
    tmp_path: Path, scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = scored()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(totals_cache.os, "fsync", full)
    status, out, err = scored("--cache", tmp_path / "cache")
    assert (status, out) == plain[:2] and "No space left" in err and list((tmp_path / "cache").iterdir()) == []
