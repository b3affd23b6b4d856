"""Keys on the command line. Signatures need an optional part."""

from __future__ import annotations

import importlib.util

from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.files import read_observation_file
from rubric_dsl.results import signing


def sign(manifest: bytes, path: str) -> bytes:
    """The signature file of a manifest with the private key in the file."""
    _needed()
    try:
        return signing.signature(manifest, read_observation_file(path).data)
    except signing.NoKey:
        raise Stop(Exit.USAGE, "bundle.no-key", path=path, kind="private") from None


def signed_by(manifest: bytes, signature: bytes) -> str | None:
    _needed()
    return signing.signed_by(manifest, signature)


def key_of(path: str) -> str:
    """The public key in the file."""
    _needed()
    try:
        return signing.public_key(read_observation_file(path).data)
    except signing.NoKey:
        raise Stop(Exit.USAGE, "bundle.no-key", path=path, kind="public") from None


def _needed() -> None:
    if importlib.util.find_spec("cryptography") is None:
        command = install_command("cryptography>=44")
        raise Stop(Exit.NOT_INSTALLED, "bundle.sign", command=command)
