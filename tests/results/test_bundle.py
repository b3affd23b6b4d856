"""A bundle is a function of what it was made of, holds all of it, and whatever is changed in it is found and named."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import prov.model
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from rocrate.rocrate import ROCrate

from rubric_dsl.results.bundle import MANIFEST, SIGNATURE
from rubric_dsl.results.bundle_files import NoBundle, read_folder, write_folder
from rubric_dsl.results.verify import verify
from tests import program
from tests.tables import ROOT

RUBRIC = """\
rubric "Hotlines 热线"
  edition "2020"
use "common.rubric"
parameter enough from 5 s to 60 s = 15 s
indicator total worth 12
  weights from shares
  indicator waiting worth 6
    touchpoint quick worth 6 when wait <= enough
  indicator manner worth 6
    touchpoint courtesy worth 6 when polite
weights shares by mean
ranking by total
  exact
  ties share
"""
COMMON = """\
observe calls of city, averaged
  call_id text key
  city    text
  wait    seconds 0 to 600
  polite  yes/no
  tester  text private
"""
CALLS = "call_id,city,wait,polite,tester\nA1,Alba,12,yes,X1\nB1,Bern,70,yes,X2\nC1,Como,15,no,X3\n"
APPEALS = "row key,column,old,new,reason,decided by,date\nB1,wait,70,14,clock,board,2021-01-20\n"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with a rubric that uses another and weights beside it, observations and corrections."""
    for name, text in (
        ("hotlines.rubric", RUBRIC), ("common/common.rubric", COMMON), ("calls.csv", CALLS), ("appeals.csv", APPEALS),
        ("shares.csv", "expert,waiting,manner\na,50%,50%\nb,40%,60%\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def made(folder: Path, name: str = "bundle", *more: str | Path) -> tuple[int, dict[str, Any]]:
    words = (
        "score", folder / "hotlines.rubric", f"calls={folder / 'calls.csv'}", "--use-from", folder / "common",
        "--bundle", folder / name, *more,
    )
    return program.run(*words)


def in_a_process(folder: Path, *words: str, first: Any = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rubric_dsl", "score", "hotlines.rubric", "calls.csv", "--use-from", "common", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "RUBRIC_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, encoding="utf-8", preexec_fn=first,
    )


def findings(verified: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["what"], one["file"]) for one in verified["findings"]}


def test_a_bundle_holds_all_it_was_made_of_and_verifies_elsewhere(
    given: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    status, result = made(given, "bundle", "--set", "enough=20 s", "--corrections", given / "appeals.csv")
    assert status == 0 and result["status"] == {"state": "draft"}
    files = read_folder(given / "bundle")
    copied = {
        "rubric/hotlines.rubric": RUBRIC.encode(), "use/1/common.rubric": COMMON.encode(),
        "rubric/shares.csv": (given / "shares.csv").read_bytes(), "observations/calls.csv": CALLS.encode(),
        "corrections.csv": APPEALS.encode(),
    }
    assert {name: files[name] for name in copied} == copied
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    shutil.move(given / "bundle", elsewhere)
    status, verified = program.run("verify", elsewhere)
    assert (status, verified["same"], verified["digest"]) == (0, True, result["bundle"]) and verified["findings"] == []
    told = json.loads(files["result.json"])
    assert told["rankings"][0]["rows"] == result["rankings"][0]["rows"]
    assert told["corrections"]["together"] == result["corrections"]["together"]


@pytest.mark.parametrize("environment", [
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LANG": "C", "RUBRIC_LANG": "en"},
    {"PYTHONHASHSEED": "47", "TZ": "America/St_Johns", "LANG": "zh_CN.GBK", "RUBRIC_LANG": "zh",
     "POLARS_MAX_THREADS": "1"},
])
def test_the_same_inputs_give_the_same_bytes(given: Path, environment: dict[str, str]) -> None:
    """Another process, place, hash seed, time zone, locale and language."""
    assert made(given, "one", "--corrections", given / "appeals.csv")[0] == 0
    away = given / "an other" / "地方"
    away.mkdir(parents=True)
    for path in ("hotlines.rubric", "shares.csv", "appeals.csv"):
        shutil.copy(given / path, away / path)
    shutil.copy(given / "calls.csv", away / "renamed.csv")
    shutil.copytree(given / "common", away / "c")
    subprocess.run([
        sys.executable, "-m", "rubric_dsl", "score", "hotlines.rubric", "calls=renamed.csv", "--use-from", "c",
        "--corrections", "appeals.csv", "--bundle", "two",
    ], cwd=away, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    assert read_folder(given / "one") == read_folder(away / "two")


def test_every_engine_gives_the_same_result(given: Path) -> None:
    made(given, "one")
    made(given, "two", "--engine", "polars")
    one, two = read_folder(given / "one"), read_folder(given / "two")
    assert {name for name in one if one[name] != two[name]} == {MANIFEST}
    assert program.run("verify", given / "two")[0] == 0


def flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def test_one_flipped_bit_anywhere_is_found_and_its_file_named(given: Path) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (given / "key.pem").write_bytes(key)
    assert made(given, "bundle", "--sign", given / "key.pem", "--corrections", given / "appeals.csv")[0] == 0
    files, chance = read_folder(given / "bundle"), random.Random(6)
    assert verify(files, {}, None).findings == ()
    tried = 0
    for name in files:
        for _ in range(12 if name == MANIFEST else 3):
            changed = {**files, name: flipped(files[name], chance)}
            tried += 1
            if name == SIGNATURE:
                write_folder(given / "changed", changed)
                status, found = program.run("verify", given / "changed")
                assert status == 5 and ("signature", SIGNATURE) in findings(found), changed[name]
                continue
            found = {one.file for one in verify(changed, {}, None).findings}
            # A hash in the manifest that is changed is told of its file; all else in the manifest, of itself.
            assert name in found or (name == MANIFEST and found), (name, changed[name])
    assert tried == 12 + 3 * (len(files) - 1)


def test_it_says_whether_text_data_or_result_differs(given: Path) -> None:
    made(given)
    files = read_folder(given / "bundle")

    def of(name: str, old: bytes, new: bytes) -> set[tuple[str, str]]:
        assert old in files[name]
        changed = {**files, name: files[name].replace(old, new)}
        return {(one.what, one.file) for one in verify(changed, {}, None).findings}

    assert ("text", "rubric/hotlines.rubric") in of("rubric/hotlines.rubric", b"= 15 s", b"= 16 s")
    assert of("observations/calls.csv", b"Alba,12", b"Alba,16") == {("data", "observations/calls.csv")}
    assert of("result.json", b'"rank":1', b'"rank":2') == {("result", "result.json")}
    program_of = b'"program":{"name":"rubric","version":"'
    assert {what for what, _ in of(MANIFEST, program_of, program_of + b"9")} == {"program", "manifest"}
    gone = {name: data for name, data in files.items() if name != "plan.json"}
    assert ("missing", "plan.json") in {(one.what, one.file) for one in verify(gone, {}, None).findings}
    more = {**files, "note.txt": b"x"}
    assert ("extra", "note.txt") in {(one.what, one.file) for one in verify(more, {}, None).findings}


def test_a_result_that_was_edited_with_its_hash_differs_when_made_again(given: Path) -> None:
    made(given)
    files = read_folder(given / "bundle")
    result = files["result.json"].replace(b'"rank":1', b'"rank":3')
    manifest = files[MANIFEST].replace(
        hashlib.sha256(files["result.json"]).hexdigest().encode(), hashlib.sha256(result).hexdigest().encode(),
    )
    found = verify({**files, "result.json": result, MANIFEST: manifest}, {}, None)
    told = {(one.what, one.file): dict(one.facts) for one in found.findings}
    assert "/rankings/0/rows/0/rank" in told["result", "result.json"]["where"]


def test_without_data_the_files_are_asked_for(given: Path) -> None:
    made(given, "bundle", "--without-data", "--corrections", given / "appeals.csv")
    assert not [name for name in read_folder(given / "bundle") if name.startswith(("observations", "corrections"))]
    status, found = program.run("verify", given / "bundle")
    assert status == 5 and findings(found) == {("missing", "observations/calls.csv"), ("missing", "corrections.csv")}
    here = f"calls={given / 'calls.csv'}", "--corrections", given / "appeals.csv"
    assert program.run("verify", given / "bundle", *here)[0] == 0
    (given / "calls.csv").write_text(CALLS.replace("70", "71"), "utf-8")
    status, found = program.run("verify", given / "bundle", *here)
    assert status == 5 and findings(found) == {("data", "observations/calls.csv")}


def test_no_private_value_is_in_a_bundle_without_data(given: Path) -> None:
    made(given, "bundle", "--without-data")
    files = read_folder(given / "bundle")
    assert not [name for name, data in files.items() for secret in (b"X1", b"X2", b"X3") if secret in data]


def test_a_final_bundle_is_never_overwritten(given: Path) -> None:
    final = ("--final", "Office 测评办", "--date", "2021-01-13")
    status, result = made(given, "bundle", *final)
    assert status == 0 and result["status"] == {"state": "final", "by": "Office 测评办", "date": "2021-01-13"}
    before = read_folder(given / "bundle")
    (given / "calls.csv").write_text(CALLS.replace("70", "10"), "utf-8")
    out = in_a_process(given, "--bundle", "bundle", *final)
    assert out.returncode == 7 and "observations/calls.csv" in out.stderr and "result.json" in out.stderr
    assert read_folder(given / "bundle") == before


def test_a_draft_is_replaced_and_what_is_no_bundle_is_not(given: Path) -> None:
    made(given)
    (given / "calls.csv").write_text(CALLS.replace("70", "10"), "utf-8")
    assert made(given)[0] == 0
    assert read_folder(given / "bundle")["observations/calls.csv"] == CALLS.replace("70", "10").encode()
    (given / "thesis").mkdir()
    (given / "thesis" / "chapter.txt").write_text("x")
    with pytest.raises(NoBundle):
        write_folder(given / "thesis", {MANIFEST: b""})
    assert [path.name for path in (given / "thesis").iterdir()] == ["chapter.txt"]


def test_a_signature_is_of_one_key(given: Path) -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(2)]
    for i, key in enumerate(keys):
        (given / f"{i}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (given / f"{i}.pub").write_bytes(public)
    made(given, "bundle", "--sign", given / "0.pem")
    status, found = program.run("verify", given / "bundle", "--key", given / "0.pub")
    assert status == 0 and found["signed_by"] == keys[0].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    status, found = program.run("verify", given / "bundle", "--key", given / "1.pub")
    assert status == 5 and findings(found) == {("signature", SIGNATURE)}
    made(given, "unsigned")
    assert program.run("verify", given / "unsigned", "--key", given / "0.pub")[0] == 5


def test_others_read_the_provenance(given: Path) -> None:
    final = ("--final", "Office", "--date", "2021-01-13")
    made(given, "bundle", *final, "--corrections", given / "appeals.csv")
    document = prov.model.ProvDocument.deserialize(given / "bundle" / "prov.json", format="json")
    used = {str(record.args[1]) for record in document.get_records(prov.model.ProvUsage)}
    assert used >= {"bundle:rubric/hotlines.rubric", "bundle:observations/calls.csv", "bundle:corrections.csv"}
    generated = {str(record.args[0]) for record in document.get_records(prov.model.ProvGeneration)}
    assert generated == {"bundle:plan.json", "bundle:result.json", "bundle:result.csv", "bundle:ledger.csv"}
    crate = ROCrate(given / "bundle")
    assert crate.name == "Hotlines 热线" and str(crate.datePublished).startswith("2021-01-13")
    files = {entity.id for entity in crate.get_entities() if entity.type == "File"}
    there = set(read_folder(given / "bundle")) - {MANIFEST, "ro-crate-metadata.json"}
    assert files == there


# ---------------------------------------------------------------- killed, and no room


def test_whoever_is_killed_leaves_the_old_bundle_or_the_new_one(tmp_path: Path) -> None:
    """Two hundred processes that write over a bundle, each killed at a moment of its own."""
    kinds = [{MANIFEST: bytes([48 + k]) * 3000, "a/b": bytes([48 + k]) * 70_000} for k in range(2)]
    target, chance, killed = tmp_path / "bundle", random.Random(5), 0
    write_folder(target, kinds[0])
    for i in range(200):
        child = os.fork()
        if child == 0:
            try:
                for k in range(50):
                    write_folder(target, kinds[(i + k) % 2])
            finally:
                os._exit(0)
        time.sleep(chance.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(how)
        assert read_folder(target) in kinds
    assert killed > 150


def test_a_bundle_that_does_not_fit_leaves_the_old_one(given: Path) -> None:
    """The system refuses a file over 2 KiB, as it does on a full disk."""
    made(given)
    before = read_folder(given / "bundle")
    (given / "calls.csv").write_text(CALLS.replace("70", "10"), "utf-8")

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    out = in_a_process(given, "--bundle", "bundle", first=no_room)
    assert out.returncode == 7 and "bundle" in out.stderr and "Traceback" not in out.stderr, out.stderr
    assert read_folder(given / "bundle") == before
    assert not list(given.glob(".bundle*"))
