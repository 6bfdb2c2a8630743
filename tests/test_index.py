"""The index against rank-bm25 itself, and against a fresh index after changes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from retrieval import tally
from retrieval.index import Found, Index, Variant

WORDS = [chr(ord("a") + i) for i in range(12)]
DOCUMENT = st.lists(st.sampled_from(WORDS), max_size=12)
CORPUS = st.lists(DOCUMENT, min_size=1, max_size=30).filter(any)
QUERY = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=6)


def indexed(documents: Sequence[Sequence[str]], variant: Variant = "lucene") -> Index:
    index = Index(variant)
    index.add((str(number), terms) for number, terms in enumerate(documents))
    return index


def assert_same(found: list[Found], expected: dict[str, float], k: int) -> None:
    """The k best, where equal scores may stand in any order."""
    best = sorted(expected.values(), reverse=True)[:k]
    assert [score for _, score in found] == pytest.approx(best, abs=1e-9)
    for key, score in found:
        assert score == pytest.approx(expected[key], abs=1e-9)


@given(CORPUS, QUERY)
@settings(deadline=None)
def test_okapi_scores_as_rank_bm25_does(corpus: list[list[str]], query: list[str]) -> None:
    snapshot = indexed(corpus, "okapi").snapshot
    expected = BM25Okapi(corpus).get_scores(query)
    keys = [str(number) for number in range(len(corpus))]
    assert snapshot.score(query, keys) == pytest.approx(list(expected), abs=1e-9)
    matching = {
        key: float(score)
        for key, score, terms in zip(keys, expected, corpus, strict=True)
        if set(terms) & set(query)
    }
    assert_same(snapshot.search(query, 10), matching, 10)


@pytest.mark.parametrize("variant", ["okapi", "lucene"])
@pytest.mark.parametrize("few", [0, 10**9])
def test_ranking_on_a_corpus_of_some_size(
    variant: Variant, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large enough that most documents are never looked at one by one, and with `few` 0 frequent
    terms are left out where they cannot matter."""
    monkeypatch.setattr(tally, "_FEW", few)
    random = np.random.default_rng(7)
    frequencies = 1 / np.arange(1, 501)
    frequencies /= frequencies.sum()
    corpus = [
        [f"t{i}" for i in random.choice(500, random.integers(1, 60), p=frequencies)]
        for _ in range(3000)
    ]
    reference = BM25Okapi(corpus)
    snapshot = indexed(corpus, variant).snapshot
    if variant == "lucene":
        reference.idf = {term: snapshot.idf(term) for term in reference.idf}
    for _ in range(200):
        query = [f"t{i}" for i in random.choice(500, random.integers(1, 9), p=frequencies)]
        scores = reference.get_scores(query)
        touched = [number for number, terms in enumerate(corpus) if set(terms) & set(query)]
        expected = {str(number): float(scores[number]) for number in touched}
        assert_same(snapshot.search(query, 10), expected, 10)


def test_lucene_weight_is_positive_and_falls() -> None:
    snapshot = indexed([["a", "b"], ["a", "b"], ["a", "c"]]).snapshot
    assert snapshot.idf("a") == pytest.approx(np.log(1 + 0.5 / 3.5))
    assert snapshot.idf("unknown") > snapshot.idf("c") > snapshot.idf("b") > snapshot.idf("a") > 0


def test_an_empty_index_finds_nothing() -> None:
    for index in (Index(), indexed([[]]), indexed([[], []])):
        assert index.snapshot.search(["a"]) == []
        assert index.snapshot.idf("a") >= 0


def test_one_document_and_two() -> None:
    assert [hit.key for hit in indexed([["a", "b"]]).snapshot.search(["a"])] == ["0"]
    two = indexed([["a", "b"], ["a", "c"]]).snapshot
    assert [hit.key for hit in two.search(["a", "c"])] == ["1", "0"]
    assert all(hit.score > 0 for hit in two.search(["a"]))


def test_a_query_without_known_terms_finds_nothing() -> None:
    snapshot = indexed([["a"], ["b"]]).snapshot
    assert snapshot.search(["x", "y"]) == []
    assert snapshot.search([]) == []
    assert snapshot.score(["x"], ["0", "1"]) == [0.0, 0.0]


def test_equal_scores_come_in_the_order_of_their_keys() -> None:
    index = Index()
    index.add((key, ["a", "b"]) for key in ("m", "z", "c", "q"))
    assert [hit.key for hit in index.snapshot.search(["a"], 3)] == ["c", "m", "q"]


def test_weights_multiply() -> None:
    snapshot = indexed([["a", "b"], ["c"]]).snapshot
    (plain,) = snapshot.score(["a"], ["0"])
    assert snapshot.score({"a": 0.5}, ["0"]) == [pytest.approx(plain / 2)]
    assert snapshot.score(["a", "a"], ["0"]) == [pytest.approx(plain * 2)]


@pytest.mark.parametrize("few", [0, 10**9])
def test_a_filter_hides_documents_and_leaves_the_scores(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "_FEW", few)
    corpus = [["a", *"b" * (number % 7)] for number in range(500)]
    snapshot = indexed(corpus).snapshot
    for query in ({"a": 1, "b": 1}, {"a": 0.01, "b": 1}, {"a": 1, "b": 0.01}):
        everything = snapshot.search(query, 500)
        assert len(everything) == 500
        for kept in (2, 50, 499):
            expected = [hit for hit in everything if int(hit.key) % kept == 0][:5]
            found = snapshot.search(query, 5, allowed=lambda key, kept=kept: int(key) % kept == 0)
            assert found == expected
    assert snapshot.search(["a"], 5, allowed=lambda key: False) == []


def test_a_reader_keeps_the_snapshot_it_took() -> None:
    index = indexed([["a"], ["b"]])
    before = index.snapshot
    index.publish([("0", ["b"]), ("2", ["a"])], withdraw=["1"])
    assert [hit.key for hit in before.search(["a"])] == ["0"]
    assert [hit.key for hit in index.snapshot.search(["a"])] == ["2"]
    assert [hit.key for hit in index.snapshot.search(["b"])] == ["0"]
    assert "1" in before
    assert "1" not in index.snapshot
    assert len(index.snapshot) == 2


def test_what_a_document_holds() -> None:
    snapshot = indexed([["a", "b", "a"], ["c"]]).snapshot
    assert snapshot.terms("0") == {"a": 2, "b": 1}
    assert snapshot.frequency("a") == 1
    assert snapshot.frequency("unknown") == 0
    assert snapshot.self_score("0") == pytest.approx(snapshot.score(["a", "a", "b"], ["0"])[0])
    for ask in (snapshot.terms, snapshot.self_score):
        with pytest.raises(KeyError):
            ask("unknown")
    with pytest.raises(KeyError):
        snapshot.score(["a"], ["unknown"])


CHANGE = st.tuples(
    st.lists(st.tuples(st.sampled_from("0123456789"), DOCUMENT), max_size=4),
    st.lists(st.sampled_from("0123456789"), max_size=3),
)


@pytest.mark.parametrize("variant", ["okapi", "lucene"])
@given(changes=st.lists(CHANGE, max_size=12), query=QUERY)
@settings(deadline=None)
def test_a_changed_index_equals_a_fresh_one(
    variant: Variant, changes: list[tuple[list[tuple[str, list[str]]], list[str]]], query: list[str]
) -> None:
    index, documents = Index(variant), dict[str, list[str]]()
    for added, withdrawn in changes:
        index.publish(added, withdrawn)
        for key in withdrawn:
            documents.pop(key, None)
        documents.update(added)
    fresh = Index(variant)
    fresh.add(documents.items())
    live, expected = index.snapshot, fresh.snapshot
    assert len(live) == len(documents)
    assert live.score(query, documents) == pytest.approx(expected.score(query, documents), abs=1e-9)
    assert [hit.key for hit in live.search(query)] == [hit.key for hit in expected.search(query)]
    for key, terms in documents.items():
        assert live.terms(key) == {term: terms.count(term) for term in terms}
