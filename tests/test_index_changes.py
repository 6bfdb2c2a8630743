"""The index while it changes: segments joined behind the readers' backs, and readers meanwhile."""

from collections.abc import Sequence
from threading import Event, Thread

import numpy as np
import pytest

from retrieval import accumulate, index, tally
from retrieval.index import Index, Variant
from retrieval.postings import Segment
from retrieval.snapshot import Part

TERMS = [f"t{number}" for number in range(300)]


def document(random: np.random.Generator) -> list[str]:
    frequencies = 1 / np.arange(1, len(TERMS) + 1)
    chosen = random.choice(TERMS, random.integers(1, 40), p=frequencies / frequencies.sum())
    return [str(term) for term in chosen]


def assert_equals_fresh(live: Index, documents: dict[str, list[str]], variant: Variant) -> None:
    fresh = Index(variant)
    fresh.add(documents.items())
    now, expected = live.snapshot, fresh.snapshot
    assert len(now) == len(documents)
    random = np.random.default_rng(3)
    for _ in range(30):
        query = document(random)[:8]
        found, best = now.search(query), expected.search(query)
        assert [hit.key for hit in found] == [hit.key for hit in best]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in best], abs=1e-9)


@pytest.mark.parametrize("variant", ["okapi", "lucene"])
@pytest.mark.parametrize("at_once", [0, 2_000, 10**9])
def test_a_thousand_changes_equal_a_fresh_index(
    variant: Variant, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_AT_ONCE", at_once)
    monkeypatch.setattr(tally, "_FEW", 0)
    random = np.random.default_rng(11)
    live, documents = Index(variant), dict[str, list[str]]()
    for step in range(60):
        size = 400 if step % 20 == 0 else int(random.integers(0, 12))
        added = [(f"d{random.integers(1500)}", document(random)) for _ in range(size)]
        withdrawn = [f"d{random.integers(1500)}" for _ in range(int(random.integers(0, 12)))]
        live.publish(added, withdrawn)
        for key in withdrawn:
            documents.pop(key, None)
        documents.update(added)
    assert_equals_fresh(live, documents, variant)
    live.settle()
    assert_equals_fresh(live, documents, variant)
    assert len(live.snapshot.parts) <= 4


def test_what_changes_during_a_join_is_not_undone_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_AT_ONCE", 0)
    started, go_on = Event(), Event()
    join = Index._join

    def slow_join(self: Index, parts: Sequence[Part]) -> Segment:
        segment = join(self, parts)
        started.set()
        assert go_on.wait(10)
        return segment

    monkeypatch.setattr(Index, "_join", slow_join)
    live = Index()
    live.publish([("a", ["x"]), ("b", ["x", "y"]), ("c", ["x", "z"])])
    live.publish([("d", ["x", "x"])])
    assert started.wait(10)
    live.publish([("b", ["new"]), ("e", ["x"])], withdraw=["c", "d"])
    go_on.set()
    live.settle()
    assert [hit.key for hit in live.snapshot.search(["x"])] == ["a", "e"]
    assert [hit.key for hit in live.snapshot.search(["new"])] == ["b"]
    assert_equals_fresh(live, {"a": ["x"], "b": ["new"], "e": ["x"]}, "lucene")


def test_readers_never_see_half_a_change() -> None:
    live = Index()
    live.publish([("left", ["v0"]), ("right", ["v0"])])
    stop, torn = Event(), []

    def read() -> None:
        while not stop.is_set():
            now = live.snapshot
            if now.terms("left") != now.terms("right") or len(now) != 2:
                torn.append(now)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for version in range(1, 300):
        live.publish([("left", [f"v{version}"]), ("right", [f"v{version}"])])
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_everything_withdrawn_and_begun_again() -> None:
    live = Index()
    live.add((f"d{number}", ["a", f"t{number}"]) for number in range(50))
    live.remove([f"d{number}" for number in range(50)])
    assert len(live.snapshot) == 0
    assert live.snapshot.search(["a"]) == []
    live.add([("d1", ["a"])])
    assert [hit.key for hit in live.snapshot.search(["a"])] == ["d1"]


def test_of_one_key_given_twice_the_last_document_stays() -> None:
    live = Index()
    live.add([("a", ["old"]), ("b", ["x"]), ("a", ["new"])])
    assert len(live.snapshot) == 2
    assert live.snapshot.search(["old"]) == []
    assert [hit.key for hit in live.snapshot.search(["new"])] == ["a"]


def test_counts_beyond_a_byte_are_kept() -> None:
    live = Index()
    live.add([("a", ["x"] * 70_000 + ["y"]), ("b", ["x"])])
    assert live.snapshot.terms("a") == {"x": 70_000, "y": 1}


def test_both_ways_of_adding_up_agree() -> None:
    begins, ends = np.array([4, 0], np.int32), np.array([6, 3], np.int32)
    docs, parts = np.array([0, 2, 4, 1, 3, 4], np.int32), np.arange(1, 7, dtype=np.float32)
    results = []
    for add in (accumulate._add_in_one_call, accumulate._add_one_by_one):
        scores = np.zeros(5, dtype=np.float32)
        add(begins, ends, np.array([2, 3], np.float32), docs, parts, scores)
        results.append(scores.tolist())
    assert results[0] == results[1] == [3, 0, 6, 10, 21]
