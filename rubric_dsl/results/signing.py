"""An Ed25519 signature of a manifest. Without one, an edit that recomputes all of a bundle cannot be detected."""

from __future__ import annotations

import json
from typing import Any

FORMAT = "rubric-signature/1"


class NoKey(Exception):
    """The file holds no Ed25519 key of the kind that is needed."""


def signature(manifest: bytes, key: bytes) -> bytes:
    """The signature as a file of the bundle. `key`: a private key in PEM. Raises NoKey."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise NoKey(str(error)) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(type(private).__name__)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    made = {"format": FORMAT, "public_key": public.hex(), "signature": private.sign(manifest).hex()}
    return (json.dumps(made, sort_keys=True, separators=(",", ":")) + "\n").encode()


def signed_by(manifest: bytes, signed: bytes) -> str | None:
    """The public key (hex) whose signature of the manifest this is; None where it is none."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        said: Any = json.loads(signed)
        public, mark = str(said["public_key"]), bytes.fromhex(said["signature"])
        if signed != (json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n").encode():
            return None
        if (mark.hex(), bytes.fromhex(public).hex()) != (said["signature"], public):
            return None
        if said["format"] != FORMAT or set(said) != {"format", "public_key", "signature"}:
            return None
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(mark, manifest)
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError):
        return None
    return public


def public_key(key: bytes) -> str:
    """The key (hex) in a PEM file of a public key. Raises NoKey."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        found = load_pem_public_key(key)
    except (ValueError, TypeError) as error:
        raise NoKey(str(error)) from None
    if not isinstance(found, Ed25519PublicKey):
        raise NoKey(type(found).__name__)
    return found.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
