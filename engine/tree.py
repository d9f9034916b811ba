"""The Merkle tree of RFC 9162, section 2.1, over the events of a partnership in their order.

A leaf is the hash of an event, as `engine.canonical.event_hash` gives it. Hashes come and go as 64
hexadecimal digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import TrailError, UsageError


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that must be kept of a tree so that it can grow: its size and its complete subtrees."""

    size: int
    peaks: tuple[bytes, ...]
    """The roots of the complete subtrees, the largest first; one for each bit set in `size`."""


EMPTY = Frontier(0, ())


def append(frontier: Frontier, leaf: str) -> Frontier:
    """Give the tree with one leaf more."""
    return extend(frontier, (leaf,))


def extend(frontier: Frontier, leaves: Iterable[str]) -> Frontier:
    """Give the tree with these leaves more, in their order; TrailError if one is not a hash."""
    size, peaks = frontier.size, list(frontier.peaks)
    for leaf in leaves:
        node = _node(leaf)
        rest = size
        while rest & 1:
            node = _join(peaks.pop(), node)
            rest >>= 1
        peaks.append(node)
        size += 1
    return Frontier(size, tuple(peaks))


def root(frontier: Frontier) -> str:
    """Give the root hash of the tree; that of an empty one is the SHA-256 of nothing."""
    if not frontier.peaks:
        return hashlib.sha256().hexdigest()
    node = frontier.peaks[-1]
    for peak in reversed(frontier.peaks[:-1]):
        node = _join(peak, node)
    return node.hex()


def to_text(frontier: Frontier) -> str:
    """Give the frontier as a text to store: its size, then its peaks."""
    return " ".join([str(frontier.size), *(peak.hex() for peak in frontier.peaks)])


def from_text(text: str) -> Frontier:
    """Read back what `to_text` gave; TrailError for anything else."""
    digits, *peaks = text.split(" ")
    size = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else -1
    sound = size >= 0 and str(size) == digits and size.bit_count() == len(peaks)
    if not sound or not _are_hashes(peaks):
        raise TrailError("The stored edge of the tree was altered; rebuild it from the events.")
    return Frontier(size, tuple(bytes.fromhex(peak) for peak in peaks))


def inclusion_proof(leaves: Sequence[str], index: int) -> tuple[str, ...]:
    """Give what proves that leaf `index` (from 0) is in the tree of these leaves (2.1.3.1)."""
    if not 0 <= index < len(leaves):
        raise UsageError(f"There is no leaf {index} in a tree of {len(leaves)}; name one below.")
    start, end = 0, len(leaves)
    path: list[str] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(_root_of(leaves[start:middle]))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: str, index: int, size: int, proof: Sequence[str], root: str) -> bool:
    """Whether the proof shows `leaf` at `index` of the tree of `size` leaves with this `root`.

    The steps are those of 2.1.3.2; whatever is malformed proves nothing.
    """
    if not 0 <= index < size or not _are_hashes((leaf, root, *proof)):
        return False
    here, last, node = index, size - 1, bytes.fromhex(leaf)
    for text in proof:
        if last == 0:
            return False
        sibling = bytes.fromhex(text)
        if here & 1 or here == last:
            node = _join(sibling, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = _join(node, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and node.hex() == root


def consistency_proof(leaves: Sequence[str], size: int) -> tuple[str, ...]:
    """Give what proves that the tree of the first `size` leaves was only added to (2.1.4.1).

    To an empty tree and to the tree itself nothing need be shown: their proofs are empty.
    """
    if not 0 <= size <= len(leaves):
        raise UsageError(f"A tree of {len(leaves)} never had {size} leaves; name fewer.")
    if size == 0:
        return ()
    start, end, path = 0, len(leaves), list[str]()
    while start + size < end:
        middle = start + _split(end - start)
        if start + size <= middle:
            path.append(_root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(_root_of(leaves[start:middle]))
            size -= middle - start
            start = middle
    if start > 0:
        path.append(_root_of(leaves[start:end]))
    return tuple(reversed(path))


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[str], old_root: str, new_root: str
) -> bool:
    """Whether the proof shows that the old tree was only added to, to become the new one.

    The steps are those of 2.1.4.2; whatever is malformed proves nothing.
    """
    if not 0 <= old_size <= new_size or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old_size == 0:
        return not proof and old_root == root(EMPTY)
    if old_size == new_size:
        return not proof and old_root == new_root
    path = [bytes.fromhex(text) for text in proof]
    if old_size.bit_count() == 1:
        path.insert(0, bytes.fromhex(old_root))
    return bool(path) and _grew(old_size, new_size, path) == (old_root, new_root)


def _grew(old_size: int, new_size: int, path: list[bytes]) -> tuple[str, str] | None:
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = _join(node, old), _join(node, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = _join(new, node)
        here, last = here >> 1, last >> 1
    return (old.hex(), new.hex()) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_of(leaves: Sequence[str]) -> str:
    return root(extend(EMPTY, leaves))


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _node(text: str) -> bytes:
    if not _is_hash(text):
        raise TrailError("A leaf of the tree is not a hash of 64 hexadecimal digits.")
    return bytes.fromhex(text)


def _are_hashes(texts: Iterable[str]) -> bool:
    return all(_is_hash(text) for text in texts)


def _is_hash(text: str) -> bool:
    try:
        node = bytes.fromhex(text)
    except (ValueError, TypeError):
        return False
    return len(node) == 32 and node.hex() == text
