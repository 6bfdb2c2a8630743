"""The words of a reply: what was found, with its sources and whose rule it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import wording
from bot.offering import render_options
from bot.reply import Option, Reply
from bot.understanding import Understood
from faq.answers import load_answer
from faq.entries import Source
from faq.errors import EntryNotFound
from faq.live_library import LiveLibrary
from knowledge.documents import Clause, get_clause
from knowledge.errors import DocumentNotFound
from retrieval.decide import Decision, Hit
from retrieval.passages import ROOT, Passage
from storage import Transaction

_TRACED = 5


class Composing:
    """Makes replies from what the library of this process holds and the database says now."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live

    def answer(self, tx: Transaction, hit: Hit, text: str, *places: str) -> Reply | None:
        """The answer for askers in these places, none when theirs is not known; None when it has
        just left service. `text`: what of it is told."""
        passage = hit.passage
        try:
            sources, entry_id, words = self._read(tx, passage, text)
        except (EntryNotFound, DocumentNotFound):
            return None
        lines = (self._one_place_a_line(words, passage), self._place_note(passage, places))
        words = "\n".join(line for line in lines if line)
        return Reply("answer", words, (), sources, entry_id, None, hit.confidence)

    def clarify(self, tx: Transaction, decision: Decision) -> Reply:
        """The choice among places or among what may be meant, with a way out."""
        way_out = Option(wording.NONE_FITS, "handoff")
        if decision.places:
            text = wording.ASK_PLACE
            options = [
                Option(self._live.gazetteer[code].name, "place", code)
                for code in decision.places
                if code in self._live.gazetteer
            ]
        else:
            text = wording.CLARIFY
            shown = [hit.passage for hit in decision.shown]
            options = render_options(tx, shown, self._live.gazetteer)
        return Reply("clarify", text, (*options, way_out), confidence=decision.confidence)

    def offer_parts(self, tx: Transaction, passage: Passage) -> Reply | None:
        """The choice among the parts of a clause that holds nothing but their headings; None for
        one that says something itself."""
        parts = self._parts(passage)
        if not parts:
            return None
        options = render_options(tx, parts, self._live.gazetteer)
        heading = passage.text.partition("\n")[0].rstrip("。")
        way_out = Option(wording.NONE_FITS, "handoff")
        return Reply("clarify", wording.PARTS.format(heading=heading), (*options, way_out))

    def _parts(self, passage: Passage) -> list[Passage]:
        heading, *lines = passage.text.split("\n")
        if (
            passage.kind != "clause"
            or not lines
            or not passage.title.endswith(heading.rstrip("。"))
        ):
            return []
        above = f"{passage.title} "
        below = {
            each.title.removeprefix(above): each
            for each in self._live.passages()
            if each.group == passage.group and each.title.startswith(above)
        }
        return [below[line] for line in lines] if below.keys() >= set(lines) else []

    def _read(
        self, tx: Transaction, passage: Passage, text: str
    ) -> tuple[tuple[Source, ...], str | None, str]:
        kind, _, key = passage.id.partition(":")
        if kind == "clause":
            return (self._named(_source(get_clause(tx, key))),), None, text
        answer, sources = load_answer(tx, key)
        # A part of the answer is told in its words, which may have changed just now.
        part = text != passage.text and all(line in answer for line in text.split("\n"))
        return tuple(self._named(source) for source in sources), key, text if part else answer

    def _named(self, source: Source) -> Source:
        """The source with its place's name instead of the code."""
        if source.region not in self._live.gazetteer:
            return source
        return replace(source, region=self._live.gazetteer[source.region].name)

    def _one_place_a_line(self, words: str, passage: Passage) -> str:
        """What gathers the rules of several places, with a line for each of them."""
        if len(passage.regions) < 2:
            return words
        names = "|".join(map(re.escape, self._names(passage.regions)))
        return re.sub(rf"(?<=[。；;！!：:])[ \n]*(?=(?:{names})[：:])", "\n", words)

    def _place_note(self, passage: Passage, places: Sequence[str]) -> str:
        """Whose rule it is, where that may surprise."""
        whose = self._names(passage.regions)
        if len(whose) != 1 or len(passage.regions) != 1 or passage.regions[0] == ROOT:
            return ""
        below = self._names([place for place in places if place != passage.regions[0]])
        if not places:
            return wording.in_place(whose[0])
        return wording.from_above(whose[0], "、".join(below)) if below else ""

    def _names(self, codes: Sequence[str]) -> list[str]:
        return [self._live.gazetteer[code].name for code in codes if code in self._live.gazetteer]


def join_answers(replies: Sequence[Reply], *further: str) -> Reply:
    """Several answers as one, each source once, with `further` words among what is said. The least
    sure of them is the one to explain."""
    text = "\n\n".join([*(each.text for each in replies), *further])
    sources = tuple(dict.fromkeys(source for each in replies for source in each.sources))
    least = min(replies, key=lambda each: each.confidence)
    return replace(least, text=text, sources=sources, entry_id=replies[0].entry_id)


def trace(understood: Understood) -> dict[str, Any]:
    """What the desk needs to explain the decision."""
    decision = understood.decision
    return {
        "question": understood.question,
        "region": understood.place,
        "action": decision.action,
        "confidence": round(decision.confidence, 4),
        "threshold": round(decision.threshold, 4),
        "places": list(decision.places),
        "hits": [
            {
                "id": hit.passage.id,
                "confidence": round(hit.confidence, 4),
                "matched": list(hit.matched),
                "missing": list(hit.missing),
                # What the first one was judged by; the others are there to compare it with.
                "features": {} if place else _told(hit.features),
            }
            for place, hit in enumerate(decision.hits[:_TRACED])
        ],
    }


def _told(features: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in features.items() if value}


def _source(clause: Clause) -> Source:
    return Source(**{name: getattr(clause, name) for name in Source.__slots__})
