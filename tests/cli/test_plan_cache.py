"""Plans that are kept between runs are used when nothing has changed, and never when anything has."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rubric_dsl.cli import compiling, plan_cache
from rubric_dsl.cli.main import run
from rubric_dsl.cli.plan_cache import MOST_ENTRIES, user_cache
from tests.cli import rubrics

Scored = Callable[..., str]
USES = 'rubric "a"\nuse "shared.rubric"\nindicator x worth 10\n  touchpoint t worth 10 when connected\n' \
       'ranking by x\n  exact\n  ties share\n'
SHARED = "observe calls of city, averaged\n  city text\n  connected yes/no\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache; beside it `hotlines.rubric`, `calls.csv`, and a rubric that uses another."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("RUBRIC_PLAN_CACHE", str(tmp_path / "kept"))
    for name, text in (
        ("hotlines.rubric", rubrics.HOTLINES), ("calls.csv", rubrics.CALLS), ("gaps.rubric", rubrics.GAPS),
        ("uses.rubric", USES), ("shared.rubric", SHARED), ("plain.csv", "city,connected\n甲,yes\n乙,no\n"),
    ):
        Path(name).write_text(text, "utf-8")
    return tmp_path / "kept"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rubrics that were compiled."""
    found: list[str] = []
    real = compiling._compiled

    def watched(terminal: object, path: str, *rest: object) -> object:
        found.append(path)
        return real(terminal, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(compiling, "_compiled", watched)
    return found


@pytest.fixture
def scored(capsys: pytest.CaptureFixture[str]) -> Scored:
    def score(*words: str, code: int = 0) -> str:
        assert run(["score", *words, "--lang", "en"]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return score


def entry(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_a_clean_rubric_is_compiled_once(folder: Path, scored: Scored, compilations: list[str]) -> None:
    first = scored("hotlines.rubric", "calls.csv", "--json")
    assert scored("hotlines.rubric", "calls.csv", "--json") == first
    assert compilations == ["hotlines.rubric"] and entry(folder).suffix == ".plan"


def test_other_settings_are_another_plan(scored: Scored, compilations: list[str]) -> None:
    first = scored("hotlines.rubric", "calls.csv")
    changed = scored("hotlines.rubric", "calls.csv", "--set", "target=5 s")
    assert len(compilations) == 2 and changed != first
    assert scored("hotlines.rubric", "calls.csv", "--set", "target=5 s") == changed and len(compilations) == 2


def test_other_folders_are_another_plan(scored: Scored, compilations: list[str]) -> None:
    scored("hotlines.rubric", "calls.csv")
    scored("hotlines.rubric", "calls.csv", "--use-from", ".")
    assert len(compilations) == 2


def test_a_changed_rubric_is_compiled_again(scored: Scored, compilations: list[str]) -> None:
    scored("hotlines.rubric", "calls.csv")
    text = Path("hotlines.rubric").read_text("utf-8")
    Path("hotlines.rubric").write_text(text + "# a comment\n", "utf-8")
    scored("hotlines.rubric", "calls.csv")
    assert len(compilations) == 2


def test_a_changed_file_that_is_used_is_seen(scored: Scored, compilations: list[str]) -> None:
    scored("uses.rubric", "plain.csv")
    scored("uses.rubric", "plain.csv")
    assert len(compilations) == 1
    Path("shared.rubric").write_text(SHARED + "# a comment\n", "utf-8")
    scored("uses.rubric", "plain.csv")
    assert len(compilations) == 2
    Path("shared.rubric").unlink()
    assert "shared.rubric" in scored("uses.rubric", "plain.csv", code=3)
    assert len(compilations) == 3


def test_a_file_that_now_stands_nearer_is_seen(scored: Scored, compilations: list[str]) -> None:
    """A used file was found in a folder of the command line; then one appears beside the rubric."""
    Path("library").mkdir()
    Path("shared.rubric").rename("library/shared.rubric")
    scored("uses.rubric", "plain.csv", "--use-from", "library")
    scored("uses.rubric", "plain.csv", "--use-from", "library")
    assert len(compilations) == 1
    Path("shared.rubric").write_text("observe", "utf-8")
    scored("uses.rubric", "plain.csv", "--use-from", "library", code=3)
    assert len(compilations) == 2


def test_a_rubric_with_findings_is_not_kept(folder: Path, scored: Scored) -> None:
    assert "R031" in scored("gaps.rubric", "calls.csv", code=3)
    assert not folder.exists() and "R031" in scored("gaps.rubric", "calls.csv", code=3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"", lambda data: data[:-1], lambda data: data + b" ", lambda data: data[:100],
        lambda data: data.replace(b"averaged", b"totalled"), lambda data: b"\xff" * 1000,
        lambda data: resealed(b"[]"), lambda data: resealed(b"[" * 100_000), lambda data: resealed(b'{"files": 3}'),
        lambda data: resealed(b'{"files": [], "sources": ["x"], "plan": {}}'),
        lambda data: resealed(data.partition(b"\n")[2].replace(b'"denominator"', b'"bottom"')),
        lambda data: resealed(json.dumps({**json.loads(data.partition(b"\n")[2]), "files": [["calls.csv", None]]}
                                         ).encode()),
    ],
)
def test_a_damaged_entry_is_computed_again(
    folder: Path, scored: Scored, compilations: list[str], damage: Callable[[bytes], bytes]
) -> None:
    first = scored("hotlines.rubric", "calls.csv", "--json")
    kept = entry(folder).read_bytes()
    entry(folder).write_bytes(damage(kept))
    assert scored("hotlines.rubric", "calls.csv", "--json") == first
    assert len(compilations) == 2 and entry(folder).read_bytes() == kept


def resealed(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def test_another_version_of_the_program_has_its_own_entries(
    folder: Path, scored: Scored, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scored("hotlines.rubric", "calls.csv")
    monkeypatch.setattr(plan_cache, "program_identity", lambda: "another")
    scored("hotlines.rubric", "calls.csv")
    assert len(compilations) == 2 and len(list(folder.iterdir())) == 2


def test_the_program_is_told_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "rubric_dsl"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("x = 1")
    monkeypatch.setattr(plan_cache.rubric_dsl, "__file__", str(package / "__init__.py"))
    before = plan_cache.program_identity.__wrapped__()
    os.utime(package / "a.py", ns=(1, 1))
    assert before != plan_cache.program_identity.__wrapped__()


def test_it_can_be_turned_off(folder: Path, scored: Scored, compilations: list[str], monkeypatch: pytest.MonkeyPatch
                              ) -> None:
    monkeypatch.setenv("RUBRIC_PLAN_CACHE", "off")
    scored("hotlines.rubric", "calls.csv")
    scored("hotlines.rubric", "calls.csv")
    assert len(compilations) == 2 and not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, scored: Scored, compilations: list[str]) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    scored("hotlines.rubric", "calls.csv")
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_nothing(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUBRIC_PLAN_CACHE", "calls.csv/kept")
    assert "甲" in scored("hotlines.rubric", "calls.csv")


def test_faults_of_a_run_are_drawn_on_the_lines_of_a_kept_rubric(scored: Scored, compilations: list[str]) -> None:
    Path("deep.rubric").write_text(DIVIDES, "utf-8")
    Path("numbers.csv").write_text("city,a,b\n甲,1,0\n", "utf-8")
    first = scored("deep.rubric", "numbers.csv", code=7)
    assert scored("deep.rubric", "numbers.csv", code=7) == first and "deep.rubric:6" in first
    assert len(compilations) == 1


DIVIDES = """rubric "a"
observe calls of city, averaged
  city text
  a number 0 to 9
  b number 0 to 9
measure m = mean(a / b)
ranking by m
  exact
  ties share
"""


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_bundle_of_a_kept_plan_holds_the_same(scored: Scored, compilations: list[str], engine: str) -> None:
    words = "hotlines.rubric", "calls.csv", "--engine", engine
    first = scored(*words, "--bundle", "first").splitlines()[-1]
    second = scored(*words, "--bundle", "second").splitlines()[-1]
    assert len(compilations) == 1 and first.split()[-1] == second.split()[-1] and "sha256:" in first
    assert run(["verify", "second"]) == 0


def test_a_run_with_a_kept_plan_loads_nothing_that_reads_rubrics(folder: Path, scored: Scored) -> None:
    """Some 60 ms of a start."""
    scored("hotlines.rubric", "calls.csv")
    said = "import sys; from rubric_dsl.cli.main import run; assert run(sys.argv[1:]) == 0; print(*sys.modules)"
    words = [sys.executable, "-c", said, "score", "hotlines.rubric", "calls.csv", "--engine", "compiled"]
    root = str(Path(plan_cache.rubric_dsl.__file__).parent.parent)
    loaded = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=True, encoding="utf-8",
    ).stdout.split()
    heavy = {"pydantic", "polars", "lark", "asyncio", "email"}
    ours = ("rubric_dsl.surface.tree", "rubric_dsl.checks", "rubric_dsl.results.bundle", "rubric_dsl.plan.compile")
    assert "rubric_dsl.engines.compiled" in loaded
    assert [name for name in loaded if name in heavy or name.startswith(ours)] == []


def test_old_entries_make_room(folder: Path, scored: Scored) -> None:
    folder.mkdir(mode=0o700)
    for number in range(MOST_ENTRIES + 5):
        (folder / f"{number:03}.plan").write_bytes(b"x")
        os.utime(folder / f"{number:03}.plan", ns=(number, number))
    scored("hotlines.rubric", "calls.csv")
    left = sorted(file.name for file in folder.iterdir())
    assert len(left) == MOST_ENTRIES and "005.plan" not in left and "006.plan" in left


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/a"}, "/home/a/.cache/rubric/plans"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/var/a"}, "/var/a/rubric/plans"),
        ({"HOME": "/home/a", "RUBRIC_PLAN_CACHE": "/x"}, "/x"),
        ({"HOME": "/home/a", "RUBRIC_PLAN_CACHE": "off"}, None),
        ({}, None), ({"XDG_CACHE_HOME": "relative"}, None),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")
def test_the_folder_is_the_one_that_the_system_has(environment: dict[str, str], expected: str | None) -> None:
    assert user_cache(environment).folder == (None if expected is None else Path(expected))
