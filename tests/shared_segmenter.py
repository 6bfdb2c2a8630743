"""One segmenter for many tests: it never changes, and making it takes half a second."""

from functools import cache

import pytest

from retrieval.segment import Segmenter


@cache
def _made(words: tuple[str, ...]) -> Segmenter:
    return Segmenter(words)


@pytest.fixture
def shared_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries that know the same words share their segmenter."""
    monkeypatch.setattr("faq.live_library.Segmenter", lambda words: _made(tuple(words)))
