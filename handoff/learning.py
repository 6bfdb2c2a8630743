"""Gathering proposals: on demand, reading on from where the last gathering ended."""

import asyncio
from dataclasses import dataclass

from faq.live_library import LiveLibrary
from faq.new_words import Asked, find_synonyms, find_words
from faq.observations import (
    Meaning,
    count_labels,
    keep_mark,
    load_mark,
    load_meanings,
)
from faq.proposals import Finding, lapse_others, lock, offer
from faq.refitting import propose_refit
from faq.suggesting import lapse_overtaken
from faq.words import Words, load_words
from handoff.feedback import load_asked, read_feedback, start_reading
from storage import Database, Transaction

_ASKED = "words"  # the last question that new words were looked for in
_LABELLED = "synonyms"  # how many questions had a label when synonyms were looked for
_NEW_QUESTIONS = 50  # from which on new words are looked for again


async def collect_proposals(database: Database, live: LiveLibrary) -> None:
    """Bring the proposals up to date. Costs next to nothing when nothing has been said since; the
    counting of words runs outside of every transaction."""
    cursor = await database.read(start_reading)
    if cursor is None:
        return
    while cursor is not None:
        cursor = await database.write(read_feedback, cursor)
    material = await database.read(_load_material)
    found = await asyncio.to_thread(_find_words, live, material) if material else []
    phrasings = sum(len(passage.questions) for passage in live.passages())
    await database.write(_keep, found, phrasings, material)


@dataclass(frozen=True, slots=True)
class _Material:
    """What words are looked for in; `asked` is empty when hardly anything was asked since the last
    time, `labels` counts the questions with a label, `now` is the moment of reading (epoch ms)."""

    asked: list[Asked]
    meanings: list[Meaning]
    words: Words
    labels: int
    now: int


def _load_material(tx: Transaction) -> _Material | None:
    """None when nothing has been labelled since the last time, and hardly anything asked."""
    new = tx.value(
        "SELECT count(*) FROM message WHERE created_at > :since AND author = 'asker'",
        since=load_mark(tx, _ASKED),
    )
    asked = load_asked(tx) if new >= _NEW_QUESTIONS else []
    labels = count_labels(tx, 0)
    if not asked and labels == load_mark(tx, _LABELLED):
        return None
    return _Material(asked, load_meanings(tx), load_words(tx), labels, tx.now)


def _find_words(live: LiveLibrary, material: _Material) -> list[Finding]:
    entries = [passage for passage in live.passages() if passage.kind == "entry"]
    segmenter = live.segmenter

    def is_place(word: str) -> bool:
        return bool(live.gazetteer.places(word))

    synonyms = find_synonyms(
        material.meanings, entries, segmenter, material.words, is_place, material.now
    )
    return [*find_words(material.asked, segmenter), *synonyms]


def _keep(
    tx: Transaction, found: list[Finding], phrasings: int, material: _Material | None
) -> None:
    lock(tx)
    for finding in found:
        # By now another standard word may fit better.
        lapse_others(tx, finding.kind, finding.key, finding.target)
        offer(tx, finding)
    if material is not None:
        keep_mark(tx, _LABELLED, material.labels)
        if material.asked:
            keep_mark(tx, _ASKED, material.asked[-1].at)
    lapse_overtaken(tx)
    propose_refit(tx, phrasings)
