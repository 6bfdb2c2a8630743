"""Gathering proposals: on demand, reading on from where the last gathering ended."""

import asyncio

from faq.live_library import LiveLibrary
from faq.new_words import Asked, find_synonyms, find_words
from faq.observations import Meaning, keep_mark, load_mark, load_meanings
from faq.proposals import Finding, lock, offer
from faq.refitting import propose_refit
from faq.suggesting import lapse_overtaken
from handoff.feedback import load_asked, read_feedback, start_reading
from storage import Database, Transaction

_MARK = "words"
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
    found: list[Finding] = []
    if material is not None:
        found = await asyncio.to_thread(_find_words, live, *material)
    phrasings = sum(len(passage.questions) for passage in live.passages())
    newest = material[0][-1].at if material else None
    await database.write(_keep, found, phrasings, newest)


def _load_material(tx: Transaction) -> tuple[list[Asked], list[Meaning]] | None:
    """What new words are found in; None when hardly anything was asked since the last time."""
    since = load_mark(tx, _MARK)
    new = tx.value(
        "SELECT count(*) FROM message WHERE created_at > :since AND author = 'asker'", since=since
    )
    if new < _NEW_QUESTIONS:
        return None
    asked = load_asked(tx)
    return (asked, load_meanings(tx)) if asked else None


def _find_words(live: LiveLibrary, asked: list[Asked], meanings: list[Meaning]) -> list[Finding]:
    entries = [passage for passage in live.passages() if passage.kind == "entry"]
    segmenter = live.segmenter
    words = find_words(asked, segmenter)
    known = {*segmenter.user_words}
    return [*words, *find_synonyms(meanings, entries, segmenter, known, asked[-1].at)]


def _keep(tx: Transaction, found: list[Finding], phrasings: int, newest: int | None) -> None:
    lock(tx)
    for finding in found:
        offer(tx, finding)
    if newest is not None:
        keep_mark(tx, _MARK, newest)
    lapse_overtaken(tx)
    propose_refit(tx, phrasings)
