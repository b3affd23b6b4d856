"""Which files a rubric may take, and that results replace files whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path

import pytest

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import RubricFiles, read_observation_file, write_beside
from rubric_dsl.cli.outputs import check_outputs, csv_bytes

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and permissions of POSIX")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`work/main.rubric` beside `work/parts/a.rubric`, and `other/b.rubric` outside."""
    for name in ("work/main.rubric", "work/parts/a.rubric", "other/b.rubric"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_rubric_takes_files_of_its_own_folders_only(tree: Path) -> None:
    files = RubricFiles("work/main.rubric")
    assert files.load("work/parts/a.rubric") == b"work/parts/a.rubric"
    with pytest.raises(PermissionError):
        files.load("work/../other/b.rubric")
    with pytest.raises(PermissionError):
        files.load(str(tree / "other" / "b.rubric"))
    with pytest.raises(FileNotFoundError):
        files.load("work/none.rubric")


def test_a_folder_named_on_the_command_line_is_allowed(tree: Path) -> None:
    assert RubricFiles("work/main.rubric", ["other"]).load("other/b.rubric") == b"other/b.rubric"


def test_files_of_a_named_folder_may_be_read(tree: Path) -> None:
    files = RubricFiles("work/main.rubric", ["other"])
    assert files.load("other/b.rubric") == b"other/b.rubric"
    assert files.load("work/parts/a.rubric") == b"work/parts/a.rubric"
    with pytest.raises(FileNotFoundError):
        files.load("work/c.rubric")


def test_whether_a_file_outside_exists_is_not_told(tree: Path) -> None:
    with pytest.raises(PermissionError):
        RubricFiles("work/main.rubric").load("work/../other/none.rubric")


def test_a_folder_with_the_same_beginning_is_another_folder(tree: Path) -> None:
    (tree / "workshop").mkdir()
    (tree / "workshop" / "c.rubric").write_text("c", "utf-8")
    with pytest.raises(PermissionError):
        RubricFiles("work/main.rubric").load("workshop/c.rubric")


@POSIX
def test_a_link_does_not_lead_out(tree: Path) -> None:
    os.symlink(tree / "other" / "b.rubric", tree / "work" / "link.rubric")
    with pytest.raises(PermissionError):
        RubricFiles("work/main.rubric").load("work/link.rubric")


def test_a_file_of_observations_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        read_observation_file(str(tmp_path / "none.csv"))
    assert (stop.value.exit_code, stop.value.key) == (Exit.USAGE, "file.missing")


# ---------------------------------------------------------------- writing


def test_a_result_replaces_the_file_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("old", "utf-8")
    write_beside(str(target), b"new")
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["result.json"]


@POSIX
def test_permissions_stay_and_a_link_is_followed(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("old", "utf-8")
    target.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(target)
    write_beside(str(link), b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_run_that_fails_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "result.json"
    target.write_text("old", "utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Stop) as stop:
        write_beside(str(target), b"new")
    assert stop.value.exit_code == Exit.NOT_FINISHED
    assert target.read_text("utf-8") == "old" and os.listdir(tmp_path) == ["result.json"]


def test_a_folder_that_is_not_there_ends_with_7(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        write_beside(str(tmp_path / "none" / "result.json"), b"new")
    assert (stop.value.exit_code, stop.value.key) == (Exit.NOT_FINISHED, "file.unwritable")


def test_names_of_results_are_checked_before_anything_runs() -> None:
    check_outputs(["a.json", "b.CSV"])
    for wrong, key in ((["a.txt"], "usage.output-kind"), (["a.csv", "a.csv"], "usage.output-twice")):
        with pytest.raises(Stop) as stop:
            check_outputs(wrong)
        assert stop.value.key == key


def test_a_csv_is_for_excel_and_holds_no_formula() -> None:
    data = csv_bytes([["city", "score"], ["=cmd()", "-3.5"], ["湖州", "1/3"], ["+1", "-12.5%"], ["@x", ""]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["city", "score"], ["'=cmd()", "-3.5"], ["湖州", "1/3"], ["'+1", "-12.5%"], ["'@x", ""]]
