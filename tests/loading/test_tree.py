from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TrailError, UsageError
from engine.tree import (
    EMPTY,
    Frontier,
    append,
    consistency_proof,
    extend,
    from_text,
    inclusion_proof,
    root,
    to_text,
    verify_consistency,
    verify_inclusion,
)

# Leaves, roots and proofs as the reference implementation of RFC 6962 publishes them.
INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PATHS = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
GROWTHS = {
    (1, 1): (),
    (1, 8): PATHS[0, 8],
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
SIZES = range(1, 18)


def leaf(data: bytes) -> str:
    return hashlib.sha256(b"\x00" + data).hexdigest()


PUBLISHED = [leaf(bytes.fromhex(text)) for text in INPUTS]
LEAVES = [leaf(bytes([n])) for n in range(100)]


def split(leaves: Sequence[str]) -> int:
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return k


def mth(leaves: Sequence[str]) -> str:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().hexdigest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(leaves)
    both = bytes.fromhex(mth(leaves[:k]) + mth(leaves[k:]))
    return hashlib.sha256(b"\x01" + both).hexdigest()


def path(m: int, leaves: Sequence[str]) -> tuple[str, ...]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return ()
    k = split(leaves)
    if m < k:
        return (*path(m, leaves[:k]), mth(leaves[k:]))
    return (*path(m - k, leaves[k:]), mth(leaves[:k]))


def subproof(m: int, leaves: Sequence[str], known: bool) -> tuple[str, ...]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if m == len(leaves):
        return () if known else (mth(leaves),)
    k = split(leaves)
    if m <= k:
        return (*subproof(m, leaves[:k], known), mth(leaves[k:]))
    return (*subproof(m - k, leaves[k:], False), mth(leaves[:k]))


def forgeries(proof: tuple[str, ...]) -> list[tuple[str, ...]]:
    other = "00" * 32
    made = [(*proof, other), (other, *proof), (*proof, *proof[-1:], other)]
    made += [proof[:i] + proof[i + 1 :] for i in range(len(proof))]
    made += [
        (*proof[:i], node, *proof[i + 1 :]) for i in range(len(proof)) for node in wrong(proof[i])
    ]
    made += [(*proof[:i], proof[i + 1], proof[i], *proof[i + 2 :]) for i in range(len(proof) - 1)]
    return [forged for forged in made if forged != proof]


def wrong(node: str) -> list[str]:
    flipped = "0" if node[0] != "0" else "1"
    return [flipped + node[1:], node[:-1], node + "00", node.upper(), f" {node[1:]}", "", "g" * 64]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_that_the_reference_implementation_publishes(size: int) -> None:
    assert root(extend(EMPTY, PUBLISHED[:size])) == ROOTS[size]


@pytest.mark.parametrize(("where", "proof"), PATHS.items())
def test_the_published_proofs_of_inclusion_are_made_and_hold(
    where: tuple[int, int], proof: tuple[str, ...]
) -> None:
    index, size = where

    assert inclusion_proof(PUBLISHED[:size], index) == proof
    assert verify_inclusion(PUBLISHED[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize(("sizes", "proof"), GROWTHS.items())
def test_the_published_proofs_of_consistency_are_made_and_hold(
    sizes: tuple[int, int], proof: tuple[str, ...]
) -> None:
    old, new = sizes

    assert consistency_proof(PUBLISHED[:new], old) == proof
    assert verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])


@given(st.lists(st.binary(max_size=4).map(leaf), max_size=80))
def test_the_root_is_that_of_the_definition_however_the_tree_grew(leaves: list[str]) -> None:
    grown = EMPTY
    for one in leaves:
        grown = append(grown, one)

    assert root(grown) == mth(leaves)
    assert grown == extend(EMPTY, leaves)
    assert grown == extend(extend(EMPTY, leaves[:7]), leaves[7:])
    assert grown.size == len(leaves)


@given(st.integers(1, 100), st.data())
def test_proofs_are_those_of_the_definition_and_hold(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))

    included = inclusion_proof(leaves, index)
    assert included == path(index, leaves)
    assert verify_inclusion(leaves[index], index, size, included, mth(leaves))

    grown = consistency_proof(leaves, old)
    assert grown == subproof(old, leaves, True)
    assert verify_consistency(old, size, grown, mth(leaves[:old]), mth(leaves))


@pytest.mark.parametrize("size", SIZES)
def test_a_leaf_is_proved_for_its_own_place_only(size: int) -> None:
    top = mth(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        places = [
            at for at in range(-1, 20) if verify_inclusion(LEAVES[index], at, size, proof, top)
        ]
        leaves = [one for one in LEAVES if verify_inclusion(one, index, size, proof, top)]

        assert (places, leaves) == ([index], [LEAVES[index]])


@pytest.mark.parametrize("size", SIZES)
def test_no_forged_proof_of_inclusion_holds(size: int) -> None:
    top = mth(LEAVES[:size])
    held = [
        (index, forged)
        for index in range(size)
        for forged in forgeries(inclusion_proof(LEAVES[:size], index))
        if verify_inclusion(LEAVES[index], index, size, forged, top)
    ]

    assert held == []


@pytest.mark.parametrize("size", SIZES)
def test_no_forged_proof_of_consistency_holds(size: int) -> None:
    new = mth(LEAVES[:size])
    held = [
        (old, forged)
        for old in range(1, size + 1)
        for forged in forgeries(consistency_proof(LEAVES[:size], old))
        if verify_consistency(old, size, forged, mth(LEAVES[:old]), new)
    ]

    assert held == []


@pytest.mark.parametrize("size", SIZES)
def test_a_rewritten_past_is_never_consistent(size: int) -> None:
    forked = ["ff" * 32, *LEAVES[1:size]]
    for old in range(1, size + 1):
        proof = consistency_proof(forked, old)

        assert verify_consistency(old, size, proof, mth(forked[:old]), mth(forked))
        assert not verify_consistency(old, size, proof, mth(LEAVES[:old]), mth(forked))
        assert not verify_consistency(old, size, proof, mth(forked[:old]), mth(LEAVES[:size]))


def test_a_shorter_tree_is_no_growth() -> None:
    proof = consistency_proof(LEAVES[:8], 6)

    assert not verify_consistency(8, 6, proof, mth(LEAVES[:8]), mth(LEAVES[:6]))
    assert not verify_consistency(-1, 6, (), ROOTS[0], mth(LEAVES[:6]))


def test_a_proof_for_one_tree_proves_nothing_of_a_taller_one() -> None:
    proof, path_of_two = consistency_proof(LEAVES[:8], 6), inclusion_proof(LEAVES[:8], 2)
    old, new = mth(LEAVES[:6]), mth(LEAVES[:8])

    assert verify_consistency(6, 8, proof, old, new)
    assert not verify_consistency(6, 16, proof, old, new)
    assert not verify_inclusion(LEAVES[2], 2, 16, path_of_two, new)


def test_every_tree_grew_from_the_empty_one() -> None:
    top = mth(LEAVES[:5])

    assert consistency_proof(LEAVES[:5], 0) == ()
    assert verify_consistency(0, 5, (), ROOTS[0], top)
    assert verify_consistency(0, 0, (), ROOTS[0], ROOTS[0])
    assert not verify_consistency(0, 5, (), top, top)
    assert not verify_consistency(0, 5, (LEAVES[0],), ROOTS[0], top)


def test_a_tree_is_itself_without_a_proof() -> None:
    assert verify_consistency(5, 5, (), mth(LEAVES[:5]), mth(LEAVES[:5]))
    assert not verify_consistency(5, 5, (), mth(LEAVES[:5]), mth(LEAVES[:4]))
    assert not verify_consistency(5, 5, (LEAVES[0],), mth(LEAVES[:5]), mth(LEAVES[:5]))


def test_what_is_not_a_hash_proves_nothing() -> None:
    proof = inclusion_proof(LEAVES[:4], 1)
    top = mth(LEAVES[:4])

    assert not any(verify_inclusion(one, 1, 4, proof, top) for one in wrong(LEAVES[1]))
    assert not any(verify_inclusion(LEAVES[1], 1, 4, proof, one) for one in wrong(top))
    assert not any(verify_consistency(4, 4, (), one, one) for one in wrong(top)[1:])


@pytest.mark.parametrize("index", [-1, 4, 5])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(UsageError, match=f"no leaf {index} in a tree of 4"):
        inclusion_proof(LEAVES[:4], index)


@pytest.mark.parametrize("size", [-1, 5])
def test_there_is_no_proof_for_a_size_that_never_was(size: int) -> None:
    with pytest.raises(UsageError, match=f"tree of 4 never had {size} leaves"):
        consistency_proof(LEAVES[:4], size)


@pytest.mark.parametrize("bad", wrong(LEAVES[0])[1:])
def test_only_a_hash_can_be_a_leaf(bad: str) -> None:
    with pytest.raises(TrailError, match=r"^A leaf .* digits\.$"):
        append(EMPTY, bad)


@given(st.integers(0, 100))
def test_a_stored_edge_reads_back_and_grows_on(size: int) -> None:
    frontier = extend(EMPTY, LEAVES[:size])
    read = from_text(to_text(frontier))

    assert read == frontier
    assert root(extend(read, LEAVES[size:])) == mth(LEAVES)


def test_the_stored_form_of_an_edge_never_changes() -> None:
    assert to_text(EMPTY) == "0"
    assert to_text(extend(EMPTY, PUBLISHED[:3])) == f"3 {ROOTS[2]} {PUBLISHED[2]}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "-1",
        "x",
        "00",
        "-1 " + LEAVES[0],
        "0 " + LEAVES[0],
        "2 " + LEAVES[0] + " " + LEAVES[1],
        "3 " + LEAVES[0],
        "01 " + LEAVES[0],
        "+1 " + LEAVES[0],
        "1  " + LEAVES[0],
        "1 " + LEAVES[0] + " ",
        "1 " + LEAVES[0] + "\n",
        "1 " + LEAVES[0].upper(),
        "1 " + LEAVES[0][1:],
        "٤ " + LEAVES[0],
        "9" * 5000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_damaged_edge_is_not_read(text: str) -> None:
    with pytest.raises(TrailError, match=r"^The stored edge .* events\.$"):
        from_text(text)


def test_a_frontier_holds_one_peak_for_each_bit_of_its_size() -> None:
    assert all(
        len(extend(EMPTY, LEAVES[:size]).peaks) == size.bit_count() for size in range(len(LEAVES))
    )
    assert extend(EMPTY, ()) == EMPTY == Frontier(0, ())
