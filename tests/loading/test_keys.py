from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import random
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import checkpoint, keys
from engine.errors import ConfigError, EngineError, StorageError, TrailError
from engine.keys import CHUNK, Keys

KEY = bytes(range(32))
NAMES = ("wrapping", "authenticating", "signing")
OLD = (b"w" * 32, b"a" * 32, b"s" * 32)
KEYS = Keys(*OLD)
OLD_SUBJECT_KEY = (
    "6e6e6e6e6e6e6e6e6e6e6e6e83bf377501c12c17f068bd3973d5b5d97fbbb5f9ccd1aee0c2e8987c"
    "bc90410152f55a32bd6c4180b50e87bc7c53735d"
)
OLD_DOCUMENT = (
    "646464646464646464646464a4b8daaf29be8cd402d33ce7b637ed488cf49bbe0560054301f095c0"
    "2e5fc5148e3617514be9b99b8c56"
)
AS = b"case 2025-K7QF29, question name"


class Trickle(io.BytesIO):
    """A source that gives less than it is asked for, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 100_003) if size else size)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "casetrail.key"
    keys.make(path, random.Random(1).randbytes)
    return path


@pytest.fixture
def umask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    # The folder of the test is made first: under the strictest masks nobody but root can use one.
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def sealed(content: bytes, document: str = "d1") -> list[bytes]:
    return list(keys.seal_chunks(KEY, os.urandom, document, io.BytesIO(content)))


def opened(pieces: list[bytes], document: str = "d1") -> bytes:
    return b"".join(keys.open_chunks(KEY, document, pieces))


def secrets_of(held: Keys) -> list[bytes]:
    parts = (held.wrapping, held.authenticating, held.signing)
    return [form for part in parts for form in (part, part.hex().encode(), repr(part).encode())]


def test_a_key_file_reads_back(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "key", random.Random(7).randbytes)
    drawn = random.Random(7)

    assert keys.read(tmp_path / "key") == made
    assert made == Keys(drawn.randbytes(32), drawn.randbytes(32), drawn.randbytes(32))


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o377, 0o777], indirect=True)
def test_a_key_file_is_its_owners_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    keys.make(tmp_path / "key", os.urandom)

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_file_is_never_replaced(key_file: Path) -> None:
    before = key_file.read_bytes()

    with pytest.raises(ConfigError, match="already"):
        keys.make(key_file, os.urandom)
    assert key_file.read_bytes() == before


def test_a_key_file_is_not_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ConfigError):
        keys.make(tmp_path / "link", os.urandom)
    assert not (tmp_path / "elsewhere").exists()


def test_where_no_key_file_can_be_made_none_is_left(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be made"):
        keys.make(tmp_path / "absent" / "key", os.urandom)


def test_a_full_disk_leaves_no_half_of_a_key_file(tmp_path: Path) -> None:
    # A process may be told that no file of its own can grow: the disk is full for it alone.
    code = (
        "import os, resource, signal, sys; from pathlib import Path; from engine import keys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: keys.make(Path(sys.argv[1]), os.urandom)\n"
        "except keys.StorageError: sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "key"], check=False)

    assert done.returncode == 7
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o640, 0o644, 0o601, 0o610, 0o660, 0o666, 0o777])
def test_a_key_file_open_to_others_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)

    with pytest.raises(ConfigError, match="chmod 600"):
        keys.read(key_file)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_open_to_its_owner_alone_is_read(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)

    assert keys.read(key_file).id


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no key file at .*absent"):
        keys.read(tmp_path / "absent")


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        keys.read(tmp_path)


def test_a_character_changed_in_any_key_is_noticed(key_file: Path) -> None:
    text = key_file.read_text()
    held = json.loads(text)

    for name in ("id", "wrapping", "authenticating", "signing"):
        for at, digit in enumerate(held[name]):
            changed = held[name][:at] + ("0" if digit != "0" else "1") + held[name][at + 1 :]
            key_file.write_text(text.replace(held[name], changed))
            with pytest.raises(ConfigError, match="damaged"):
                keys.read(key_file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "null",
        "\ud800",
        "[" * 3000,
        '{"version": 1, "id": "", "wrapping": 1, "authenticating": 2, "signing": 3}',
        '{"version": 1, "id": "", "wrapping": "", "authenticating": "", "signing": ""}',
        " " * 5000,
    ],
    ids=lambda content: ascii(content[:20]),
)
def test_a_file_of_another_form_is_no_key_file(key_file: Path, content: str) -> None:
    key_file.write_bytes(content.encode(errors="surrogatepass"))

    with pytest.raises(ConfigError, match="damaged"):
        keys.read(key_file)


def test_a_key_file_of_a_later_form_is_not_misread(key_file: Path) -> None:
    held = json.loads(key_file.read_text())
    key_file.write_text(json.dumps(held | {"version": 2}))

    with pytest.raises(ConfigError):
        keys.read(key_file)


def test_no_key_shows_in_what_is_printed(key_file: Path) -> None:
    held = keys.read(key_file)
    printed = f"{held} {held!r} {held.id} {held.fingerprint()} {(held,)}".encode()

    assert not any(secret in printed for secret in secrets_of(held))


def test_no_key_shows_in_an_error_or_in_what_led_to_it(key_file: Path) -> None:
    held = keys.read(key_file)
    text = key_file.read_text()

    for damaged in (
        text[:-3],
        text.replace('"version"', '"Version"'),
        text.replace('": "', '": "x'),
    ):
        key_file.write_text(damaged)
        with pytest.raises(ConfigError) as refusal:
            keys.read(key_file)
        error: BaseException | None = refusal.value
        while error is not None:
            shown = repr([error.args, vars(error)]).encode()
            assert not any(secret in shown for secret in secrets_of(held))
            error = error.__cause__ or error.__context__


def test_the_fingerprint_tells_any_two_sets_of_keys_apart() -> None:
    sets = [KEYS, Keys(b"x" * 32, b"a" * 32, b"s" * 32), Keys(b"w" * 32, b"x" * 32, b"s" * 32)]
    sets += [Keys(b"w" * 32, b"a" * 32, b"x" * 32), Keys(b"a" * 32, b"w" * 32, b"s" * 32)]

    assert len({held.fingerprint() for held in sets}) == len(sets)
    assert all(held.fingerprint().startswith(held.id) and len(held.id) == 16 for held in sets)


def test_a_mac_is_hmac_sha256_under_the_key_made_for_it() -> None:
    assert KEYS.mac(b"text") == hmac.new(b"a" * 32, b"text", hashlib.sha256).hexdigest()


def test_the_public_key_verifies_what_the_signing_key_signed() -> None:
    text = checkpoint.make("casetrail/sample", 0, "00" * 32, (), KEYS.signing)
    public = checkpoint.public_key_text("casetrail/sample", KEYS.public_key())

    assert checkpoint.read(text, public).size == 0


def test_the_key_of_a_subject_opens_for_that_subject_alone() -> None:
    wrapped = KEYS.new_subject_key("sample", "p1", os.urandom)

    assert len(KEYS.unwrap("sample", "p1", wrapped)) == 32
    for held, log, subject in (
        (KEYS, "sample", "p2"),
        (KEYS, "other", "p1"),
        (KEYS, "samplep", "1"),
        (Keys(KEY, b"a" * 32, b"s" * 32), "sample", "p1"),
    ):
        with pytest.raises(TrailError, match=r"^The key of a person .* this database\.$"):
            held.unwrap(log, subject, wrapped)


def test_no_two_subjects_share_a_key() -> None:
    wrapped = [KEYS.new_subject_key("sample", "p1", os.urandom) for _ in range(20)]

    assert len({KEYS.unwrap("sample", "p1", one) for one in wrapped}) == 20
    assert len(set(wrapped)) == 20


def test_a_value_is_no_subjects_key() -> None:
    ours = b'["subject key","sample","p1"]'
    short = keys.seal_value(KEYS.wrapping, os.urandom, b"short", ours)

    with pytest.raises(TrailError):
        KEYS.unwrap("sample", "p1", short)


@given(st.binary(), st.binary(), st.binary(min_size=32, max_size=32))
def test_a_sealed_value_opens(plaintext: bytes, associated: bytes, key: bytes) -> None:
    box = keys.seal_value(key, os.urandom, plaintext, associated)

    assert keys.open_value(key, box, associated) == plaintext
    assert len(box) == 12 + len(plaintext) + 16


def test_sealing_is_aes_256_gcm_with_the_nonce_in_front() -> None:
    # Test case 14 of the specification of GCM: a key, a nonce and a text of zeros.
    box = keys.seal_value(bytes(32), bytes, bytes(16), b"")

    assert box.hex() == "00" * 12 + (
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )


def test_no_byte_of_a_sealed_value_can_be_changed() -> None:
    box = keys.seal_value(KEY, os.urandom, b"Sam Example", AS)

    for at in range(len(box)):
        for bit in range(8):
            altered = bytearray(box)
            altered[at] ^= 1 << bit
            with pytest.raises(TrailError):
                keys.open_value(KEY, bytes(altered), AS)


def test_a_sealed_value_cannot_be_cut_or_lengthened() -> None:
    box = keys.seal_value(KEY, os.urandom, b"Sam Example", AS)

    for altered in [*(box[:end] for end in range(len(box))), box + b"\x00", box[1:]]:
        with pytest.raises(TrailError):
            keys.open_value(KEY, altered, AS)


def test_a_sealed_value_opens_only_where_it_belongs() -> None:
    box = keys.seal_value(KEY, os.urandom, b"Sam Example", AS)

    for key, associated in ((KEY, b""), (KEY, AS + b"\x00"), (bytes(32), AS)):
        with pytest.raises(TrailError, match=r"^A sealed value .* another key\.$") as refusal:
            keys.open_value(key, box, associated)
        assert b"Sam" not in str(refusal.value).encode()


@pytest.mark.parametrize(
    ("size", "count"),
    [
        (0, 1),
        (1, 1),
        (CHUNK - 1, 1),
        (CHUNK, 1),
        (CHUNK + 1, 2),
        (2 * CHUNK, 2),
        (3 * CHUNK + 5, 4),
    ],
)
def test_a_document_of_any_size_opens(size: int, count: int) -> None:
    content = random.Random(size).randbytes(size)

    for source in (io.BytesIO(content), Trickle(content)):
        pieces = list(keys.seal_chunks(KEY, os.urandom, "d1", source))
        assert opened(pieces) == content
        assert len(pieces) == count
        assert all(len(piece) <= CHUNK + 28 for piece in pieces)


@pytest.mark.parametrize(
    "order", ["", "0", "01", "12", "2", "102", "021", "0012", "0112", "0122", "02", "210"]
)
def test_pieces_left_out_repeated_or_exchanged_are_noticed(order: str) -> None:
    pieces = sealed(bytes(2 * CHUNK + 1))
    assert opened(pieces) == bytes(2 * CHUNK + 1)

    with pytest.raises(TrailError, match=r"^A stored document (is missing|does not open).*\.$"):
        opened([pieces[int(i)] for i in order])


def test_a_piece_of_another_document_is_noticed() -> None:
    ours, theirs = sealed(bytes(CHUNK + 1)), sealed(bytes(CHUNK + 1), "d2")

    for mixed in ([ours[0], theirs[1]], [theirs[0], ours[1]], theirs):
        with pytest.raises(TrailError):
            opened(mixed)


def test_no_byte_of_a_small_document_can_be_changed() -> None:
    [piece] = sealed(b"A letter about Sam Example")

    for at in range(len(piece)):
        altered = bytearray(piece)
        altered[at] ^= 1
        with pytest.raises(TrailError):
            opened([bytes(altered)])


def test_pieces_are_read_only_as_they_are_needed() -> None:
    source = io.BytesIO(bytes(10 * CHUNK))
    pieces = keys.seal_chunks(KEY, os.urandom, "d1", source)

    next(pieces)
    assert source.tell() <= 2 * CHUNK


def test_what_an_earlier_version_sealed_still_opens(tmp_path: Path) -> None:
    held = {name: part.hex() for name, part in zip(NAMES, OLD, strict=True)}
    path = tmp_path / "key"
    path.write_text(json.dumps({"note": "", "version": 1, "id": "5040c7d8bbc2a767"} | held))
    path.chmod(0o600)
    read = keys.read(path)

    assert read == Keys(*OLD)
    assert read.unwrap("sample", "p1", bytes.fromhex(OLD_SUBJECT_KEY)) == KEY
    assert opened([bytes.fromhex(OLD_DOCUMENT)]) == b"A letter about Sam Example"


def test_a_source_of_randomness_that_runs_dry_is_not_used() -> None:
    with pytest.raises(EngineError, match="randomness"):
        keys.seal_value(KEY, lambda size: bytes(size - 1), b"Sam Example", AS)


def test_a_command_that_touches_no_personal_value_does_not_load_cryptography() -> None:
    code = (
        "import sys, engine.canonical, engine.tree, engine.checkpoint, engine.keys\n"
        "print('cryptography' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout == "False\n"
