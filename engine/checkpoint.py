"""A checkpoint: the size and root of a partnership's tree as a signed note, to be kept elsewhere.

Form: C2SP tlog-checkpoint and signed-note, with Ed25519; any verifier of these can read it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import TrailError, UsageError

_ED25519 = b"\x01"
_LONGEST_NOTE = 100_000
_UNFIT = "[\x00-\x1f\ud800-\udfff]"
_SIZE = "0|[1-9][0-9]{0,17}"
_SIGNATURE = r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says; only ever read from a note whose signature held."""

    origin: str
    size: int
    root: str
    """64 hexadecimal digits, as the tree gives it."""
    extra: tuple[str, ...] = ()
    """Further lines, such as the instant at which it was made."""

    @property
    def made(self) -> str:
        """When it was made, to be said after it: " of 2025-12-15T09:03:11Z"; or nothing."""
        found = [line for line in self.extra if line.startswith("made ")]
        return f" of {found[0].removeprefix('made ')}" if found else ""


@dataclass(frozen=True, slots=True)
class _Signer:
    name: str
    id: bytes
    public: bytes


def origin(log: str) -> str:
    """Give the name under which a partnership signs, from the id of its log."""
    return f"casetrail/{log}"


def public_key_text(name: str, public: bytes) -> str:
    """Give a public Ed25519 key of 32 bytes as the line to hand to whoever verifies."""
    signer = _signer(name, public)
    return f"{name}+{signer.id.hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def make(origin: str, size: int, root: str, extra: Sequence[str], key: bytes) -> str:
    """Give the signed checkpoint of a tree of `size` events with this root of 64 digits.

    `key` is the partnership's private Ed25519 key of 32 bytes. Raises UsageError if a part cannot
    stand in a checkpoint.
    """
    hashed = base64.b64encode(bytes.fromhex(root)).decode() if _is_hash(root) else ""
    lines = (origin, str(size), hashed, *extra)
    if size < 0 or any(not line or re.search(_UNFIT, line) for line in lines):
        raise UsageError(
            "A checkpoint needs an origin, a size from 0, a root of 64 hexadecimal digits, and "
            "extra lines that are neither empty nor broken; correct them."
        )
    return sign_note("\n".join(lines) + "\n", origin, key)


def read(text: str, public_key: str) -> Checkpoint:
    """Read a checkpoint that must be signed with the key of which this is `public_key_text`.

    Raises TrailError if it was altered, cut short, or signed by somebody else only; UsageError if
    the key is malformed.
    """
    lines = open_note(text, public_key)[:-1].split("\n")
    if len(lines) >= 3 and all(lines) and re.fullmatch(_SIZE, lines[1]):
        origin, size, hashed, *extra = lines
        root = _decode(hashed)
        if len(root) == 32 and origin == public_key.partition("+")[0]:
            return Checkpoint(origin, int(size), root.hex(), tuple(extra))
    raise TrailError("What is signed is not a checkpoint of this partnership; fetch it again.")


def sign_note(text: str, name: str, key: bytes) -> str:
    """Give the text as a note signed under this name with a private Ed25519 key of 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(key)
    signer = _signer(name, private.public_key().public_bytes_raw())
    signed = base64.b64encode(signer.id + private.sign(text.encode())).decode()
    return f"{text}\n— {name} {signed}\n"


def open_note(note: str, public_key: str) -> str:
    """Give the text of a note that bears a good signature of this key.

    Signatures of others, such as witnesses, are passed over. Raises TrailError.
    """
    signer = _read_signer(public_key)
    text, signatures = _take_apart(note)
    ours = [
        signature[4:]
        for name, signature in signatures
        if name == signer.name and signature[:4] == signer.id
    ]
    if not ours:
        raise TrailError(
            "The checkpoint is not signed with this key; it is of another store, or not genuine."
        )
    if not all(_is_signed(text, signature, signer.public) for signature in ours):
        raise TrailError("The signature of the checkpoint does not hold: it was altered.")
    return text


def _signer(name: str, public: bytes) -> _Signer:
    if not _is_name(name) or len(public) != 32:
        raise UsageError(
            "A checkpoint is signed under a name without spaces or plus signs, with a key of 32 "
            "bytes; correct the name of the log or the key."
        )
    digest = hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()
    return _Signer(name, digest[:4], public)


def _read_signer(public_key: str) -> _Signer:
    name, _, rest = public_key.partition("+")
    _, _, encoded = rest.partition("+")
    key = _decode(encoded)
    if not _is_name(name) or len(key) != 33 or public_key != public_key_text(name, key[1:]):
        raise UsageError("The public key of the checkpoints cannot be read; copy it once more.")
    return _signer(name, key[1:])


def _take_apart(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, rest = note.rpartition("\n\n")
    lines = [re.fullmatch(_SIGNATURE, line) for line in rest[:-1].split("\n")]
    signatures = [(line[1], _decode(line[2])) for line in lines if line]
    whole = blank and rest.endswith("\n") and len(signatures) == len(lines)
    if not whole or len(note) > _LONGEST_NOTE or re.search(_UNFIT, note.replace("\n", "")):
        raise TrailError("This is not a signed checkpoint, or part of it is missing.")
    return text + "\n", signatures


def _is_signed(text: str, signature: bytes, public: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _is_name(text: str) -> bool:
    return text != "" and re.search(r"[\s+]|" + _UNFIT, text) is None


def _is_hash(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def _decode(text: str) -> bytes:
    """The bytes of a base64 text in its one right spelling; nothing for any other."""
    try:
        decoded = base64.b64decode(text)
    except ValueError:
        return b""
    return decoded if base64.b64encode(decoded).decode() == text else b""
