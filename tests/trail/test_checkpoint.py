from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from engine import checkpoint
from engine.checkpoint import Checkpoint
from engine.errors import TrailError, UsageError

KEY = bytes(range(32))
OTHER = bytes(32)
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
ORIGIN = "casetrail/sample"
EXTRA = ("made 2025-12-15T09:03:11Z",)

# The reference vector of Go's package sumdb/note, which fixed the form of signed notes.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)

# A checkpoint of the Go checksum database of January 2023, as it was published.
SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUM_TEXT = "go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n"
SUM_NOTE = (
    SUM_TEXT
    + "\n— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jG"
    "Y1WnUADGMkok3U0m2Zgo=\n"
)


def public(key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def key_text(key: bytes, name: str = ORIGIN) -> str:
    return checkpoint.public_key_text(name, public(key))


def made() -> str:
    return checkpoint.make(ORIGIN, 8, ROOT, EXTRA, KEY)


def test_a_note_is_signed_byte_for_byte_as_the_reference_implementation_signs_it() -> None:
    assert checkpoint.public_key_text("PeterNeumann", public(GO_SEED)) == GO_KEY
    assert checkpoint.sign_note(GO_TEXT, "PeterNeumann", GO_SEED) == GO_NOTE
    assert checkpoint.open_note(GO_NOTE, GO_KEY) == GO_TEXT


def test_a_checkpoint_of_a_public_log_verifies() -> None:
    assert checkpoint.open_note(SUM_NOTE, SUM_KEY) == SUM_TEXT


def test_a_checkpoint_has_the_form_that_any_verifier_reads() -> None:
    text, signature = made().split("\n\n")

    assert text == (
        "casetrail/sample\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
        "made 2025-12-15T09:03:11Z"
    )
    assert signature.startswith("— casetrail/sample ")


@given(
    st.from_regex("[a-z0-9-]{1,20}", fullmatch=True),
    st.integers(0, 10**17),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), max_size=3),
    st.binary(min_size=32, max_size=32),
)
def test_what_was_signed_is_read_back(
    log: str, size: int, root: bytes, extra: list[str], key: bytes
) -> None:
    origin = checkpoint.origin(log)
    text = checkpoint.make(origin, size, root.hex(), extra, key)

    assert checkpoint.read(text, key_text(key, origin)) == Checkpoint(
        f"casetrail/{log}", size, root.hex(), tuple(extra)
    )


@pytest.mark.parametrize("character", ["x", "0", "\n", " ", "+", "\x00", "\ud800", "é", ""])
def test_no_character_of_a_checkpoint_can_be_changed(character: str) -> None:
    note, key = made(), key_text(KEY)

    for at, was in enumerate(note):
        if was != character:
            with pytest.raises(TrailError):
                checkpoint.read(note[:at] + character + note[at + 1 :], key)


def test_a_checkpoint_cut_short_or_added_to_is_refused() -> None:
    note, key = made(), key_text(KEY)

    for changed in [
        *(note[:end] for end in range(len(note))),
        note + "\n",
        note + "x",
        "x\n" + note,
    ]:
        with pytest.raises(TrailError):
            checkpoint.read(changed, key)


@pytest.mark.parametrize("key", [key_text(OTHER), key_text(KEY, "casetrail/other"), SUM_KEY])
def test_a_checkpoint_of_somebody_else_is_refused(key: str) -> None:
    with pytest.raises(TrailError, match=r"^The checkpoint is not signed with this key; .*\.$"):
        checkpoint.read(made(), key)


def test_signatures_of_witnesses_are_passed_over() -> None:
    witness = checkpoint.sign_note(made().split("\n\n")[0] + "\n", "witness.example/w1", OTHER)
    line = witness.split("\n\n")[1]

    for note in (made() + line, made().replace("\n\n", f"\n\n{line}")):
        assert checkpoint.read(note, key_text(KEY)).size == 8
        assert (
            checkpoint.read(note.replace(line, line.replace("w1", "w2")), key_text(KEY)).size == 8
        )


def test_one_bad_signature_of_ours_spoils_a_good_one() -> None:
    elsewhere = checkpoint.make(ORIGIN, 9, ROOT, (), KEY).split("\n\n")[1]

    for note in (made() + elsewhere, made().replace("\n\n", f"\n\n{elsewhere}")):
        with pytest.raises(
            TrailError, match=r"^The signature of the checkpoint does not hold: .*\.$"
        ):
            checkpoint.read(note, key_text(KEY))


@pytest.mark.parametrize(
    "text",
    [
        "casetrail/sample\n8\n",
        "casetrail/other\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "casetrail/sample\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "casetrail/sample\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "casetrail/sample\n٨\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "casetrail/sample\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQy==\n",
        "casetrail/sample\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        "casetrail/sample\n8\n\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "casetrail/sample\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\nx\n",
    ],
)
def test_a_signed_note_that_is_no_checkpoint_of_ours_is_refused(text: str) -> None:
    note = checkpoint.sign_note(text, ORIGIN, KEY)

    assert checkpoint.open_note(note, key_text(KEY)) == text
    with pytest.raises(TrailError, match=r"^What is signed is not a checkpoint of this .*\.$"):
        checkpoint.read(note, key_text(KEY))


@pytest.mark.parametrize("size", [-1, -8])
def test_no_checkpoint_is_made_of_an_impossible_size(size: int) -> None:
    with pytest.raises(UsageError, match=r"^A checkpoint needs .* correct them\.$"):
        checkpoint.make(ORIGIN, size, ROOT, (), KEY)


@pytest.mark.parametrize("root", ["", "5d", ROOT[1:], ROOT.upper(), ROOT + "00", "x" * 64])
def test_no_checkpoint_is_made_of_what_is_no_root(root: str) -> None:
    with pytest.raises(UsageError):
        checkpoint.make(ORIGIN, 8, root, (), KEY)


@pytest.mark.parametrize("line", ["", "two\nlines", "tab\t", "\x00", "\ud800", "\n"])
def test_no_checkpoint_is_made_with_a_line_that_would_break_it(line: str) -> None:
    with pytest.raises(UsageError):
        checkpoint.make(ORIGIN, 8, ROOT, ("fine", line), KEY)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\u00a0b", "a\x00", "\ud800"])
def test_nobody_signs_under_a_name_that_would_break_a_note(name: str) -> None:
    with pytest.raises(UsageError):
        checkpoint.make(name, 8, ROOT, (), KEY)
    with pytest.raises(UsageError, match=r"^A checkpoint is signed under a name .* the key\.$"):
        checkpoint.public_key_text(name, public(KEY))


def test_a_mangled_public_key_is_refused() -> None:
    parts = [GO_KEY[i:j] for i in range(len(GO_KEY)) for j in range(i + 1, len(GO_KEY) + 1)]
    parts.remove(GO_KEY)
    raised = [GO_KEY[:i] + chr(ord(c) + 1) + GO_KEY[i + 1 :] for i, c in enumerate(GO_KEY)]
    other_kind = GO_KEY.replace("+ARpc", "+ZRpc").replace("c74f20a3", "173116ae")

    for mangled in [*parts, *raised, other_kind, "", GO_KEY + "\n", GO_KEY.replace("74f", "74F")]:
        with pytest.raises(UsageError, match=r"^The public key .* once more\.$"):
            checkpoint.open_note(GO_NOTE, mangled)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_public_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(UsageError):
        checkpoint.public_key_text(ORIGIN, bytes(size))


def test_a_note_of_absurd_length_is_not_read() -> None:
    with pytest.raises(TrailError, match=r"^This is not a signed checkpoint.* missing\.$"):
        checkpoint.open_note(checkpoint.sign_note("x" * 200_000 + "\n", ORIGIN, KEY), key_text(KEY))
