"""From a question to the approved words: place and context, search and decision, the Reply."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import wording
from bot.reply import Option, Reply
from faq.entries import Source, get_entry
from faq.errors import EntryNotFound
from faq.live_library import LiveLibrary
from handoff.conversations import Conversation
from handoff.tickets import Reason
from knowledge.documents import Clause, get_clause
from knowledge.errors import DocumentNotFound
from retrieval.decide import Decision, Hit
from retrieval.passages import Passage, Scope
from retrieval.segment import normalise
from storage import Transaction

_TURNS_KEPT = 4
_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a question. Without a reply it is to be handed over, for `reason`.

    `context` and `region` are what the conversation remembers from now on; `place` is the name of
    the place that nothing was found for.
    """

    reply: Reply | None
    context: dict[str, Any]
    region: str | None
    reason: Reason = "unknown"
    place: str = ""
    trace: dict[str, Any] = field(default_factory=dict)


class Answering:
    """Answers from the library of this process; keeps nothing between two questions."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live

    def answer(self, tx: Transaction, conversation: Conversation, text: str, today: str) -> Found:
        """Decide on a message that is a question."""
        places = self._live.gazetteer.places(normalise(text), near=conversation.region)
        if 1 < len(places) <= _MOST_PLACES:
            compared = self._compare(tx, conversation, text, places, today)
            if compared is not None:
                return compared
        region = places[0] if len(places) == 1 else conversation.region
        parts = [text]
        if 1 < len(parts) <= _MOST_PLACES:
            combined = self._answer_all(tx, conversation, parts, region, today)
            if combined is not None:
                return combined
        asked, decision = self._decide(conversation, text, region, today)
        return self._found(tx, conversation, asked, decision, region, named=bool(places))

    def chosen(self, tx: Transaction, conversation: Conversation, passage_id: str) -> Found:
        """The asker chose one of the offered questions: its answer, as it stands now."""
        context = conversation.context
        asked = str(context.get("pending", ""))
        passage = self._live.get(passage_id)
        if passage is None:
            return Found(None, context, conversation.region)
        hit = Hit(passage, 0.0, 1.0)
        reply = self._answer_with(tx, hit, passage.text, conversation.region)
        if reply is None:
            return Found(None, context, conversation.region)
        return Found(reply, _remember(context, asked, passage), conversation.region)

    def _decide(
        self, conversation: Conversation, text: str, region: str | None, today: str
    ) -> tuple[str, Decision]:
        """The surest of the ways to read a message: as it stands, or with what was said before."""
        scope = self._scope(region, today)
        return text, self._live.library.decide(text, scope)

    def _found(
        self,
        tx: Transaction,
        conversation: Conversation,
        asked: str,
        decision: Decision,
        region: str | None,
        *,
        named: bool,
    ) -> Found:
        context = {**conversation.context, "pending": asked}
        trace = _trace(asked, decision, region)
        hit = decision.hits[0] if decision.hits else None
        if decision.action == "answer" and hit is not None:
            reply = self._answer_with(tx, hit, decision.text, region)
            if reply is not None:
                reply = replace(reply, trace=trace)
                return Found(reply, _remember(context, asked, hit.passage), region)
        if decision.action == "clarify":
            reply = self._clarify(decision)
            return Found(replace(reply, trace=trace), _remember(context, asked, None), region)
        reason: Reason = "unknown"
        place = ""
        if named and region is not None and region not in self._live.gazetteer.known:
            reason, place = "other_place", self._live.gazetteer[region].name
        return Found(None, _remember(context, asked, None), region, reason, place, trace)

    def _answer_with(
        self, tx: Transaction, hit: Hit, text: str, region: str | None
    ) -> Reply | None:
        """The answer with its sources, from the database; None when it has just left service."""
        passage = hit.passage
        try:
            sources, entry_id, words = self._read(tx, passage, text)
        except (EntryNotFound, DocumentNotFound):
            return None
        words = "\n".join(part for part in (words, self._place_note(passage, region)) if part)
        return Reply("answer", words, (), sources, entry_id, None, hit.confidence)

    def _read(
        self, tx: Transaction, passage: Passage, text: str
    ) -> tuple[tuple[Source, ...], str | None, str]:
        kind, _, key = passage.id.partition(":")
        if kind == "clause":
            return (self._named(_source(get_clause(tx, key))),), None, text
        entry = get_entry(tx, key)
        if entry.status != "published":
            raise EntryNotFound
        sources = tuple(self._named(source) for source in entry.content.sources)
        return sources, entry.id, entry.content.standard_answer

    def _named(self, source: Source) -> Source:
        """The source with its place's name instead of the code."""
        if source.region not in self._live.gazetteer:
            return source
        return replace(source, region=self._live.gazetteer[source.region].name)

    def _place_note(self, passage: Passage, region: str | None) -> str:
        """Whose rule it is, where that may surprise."""
        gazetteer = self._live.gazetteer
        if len(passage.regions) != 1 or passage.regions[0] not in gazetteer:
            return ""
        rule = gazetteer[passage.regions[0]].name
        if region is None:
            return wording.in_place(rule)
        if region != passage.regions[0] and region in gazetteer:
            return wording.from_above(rule, gazetteer[region].name)
        return ""

    def _clarify(self, decision: Decision) -> Reply:
        if decision.places:
            places = [
                Option("", self._live.gazetteer[code].name, "place", code)
                for code in decision.places
                if code in self._live.gazetteer
            ]
            return _with_way_out(wording.ASK_PLACE, places, decision)
        shown = [
            Option("", _label(hit.passage), "passage", hit.passage.id) for hit in decision.shown
        ]
        return _with_way_out(wording.CLARIFY, shown, decision)

    def _compare(
        self,
        tx: Transaction,
        conversation: Conversation,
        text: str,
        places: Sequence[str],
        today: str,
    ) -> Found | None:
        """One question about several places: each place's own answer, or nothing at all."""
        replies: list[Reply] = []
        for code in places:
            decision = self._live.library.decide(text, self._scope(code, today))
            if decision.action != "answer":
                return None
            reply = self._answer_with(tx, decision.hits[0], decision.text, code)
            if reply is None:
                return None
            replies.append(reply)
        context = _remember({**conversation.context, "pending": text}, text, None)
        return Found(_joined(replies), context, conversation.region)

    def _answer_all(
        self,
        tx: Transaction,
        conversation: Conversation,
        parts: Sequence[str],
        region: str | None,
        today: str,
    ) -> Found | None:
        """Several questions in one message: all their answers, or None when one has none."""
        replies: list[Reply] = []
        passage: Passage | None = None
        for part in parts:
            decision = self._live.library.decide(part, self._scope(region, today))
            if decision.action != "answer":
                return None
            passage = decision.hits[0].passage
            reply = self._answer_with(tx, decision.hits[0], decision.text, region)
            if reply is None:
                return None
            if reply.text not in [each.text for each in replies]:
                replies.append(reply)
        context = _remember({**conversation.context, "pending": parts[-1]}, parts[-1], passage)
        return Found(_joined(replies), context, region)

    def _scope(self, region: str | None, today: str) -> Scope:
        if region is None:
            return Scope(today)
        return Scope(today, frozenset(self._live.gazetteer.lineage(region)))


def _rank(decision: Decision) -> tuple[int, float]:
    return ("handoff", "clarify", "answer").index(decision.action), decision.confidence


def _label(passage: Passage) -> str:
    """How an offered passage is named on its button."""
    if passage.questions:
        return passage.questions[0]
    return passage.title[-60:]


def _with_way_out(text: str, options: Sequence[Option], decision: Decision) -> Reply:
    way_out = Option("", wording.NONE_FITS, "handoff")
    return Reply("clarify", text, (*options, way_out), confidence=decision.confidence)


def _joined(replies: Sequence[Reply]) -> Reply:
    """Several answers as one, numbered, each source once."""
    if len(replies) == 1:
        return replies[0]
    text = "\n\n".join(f"{number}. {each.text}" for number, each in enumerate(replies, 1))
    sources = tuple(dict.fromkeys(source for each in replies for source in each.sources))
    confidence = min(each.confidence for each in replies)
    return Reply("answer", text, (), sources, replies[0].entry_id, None, confidence)


def _source(clause: Clause) -> Source:
    return Source(**{name: getattr(clause, name) for name in Source.__slots__})


def _remember(context: dict[str, Any], asked: str, passage: Passage | None) -> dict[str, Any]:
    """The context with one turn more."""
    answered = _label(passage) if passage else None
    turns = [*context.get("turns", []), {"asked": asked[:300], "answered": answered}]
    return {**context, "turns": turns[-_TURNS_KEPT:]}


def _trace(asked: str, decision: Decision, region: str | None) -> dict[str, Any]:
    """What the desk needs to explain the decision."""
    return {
        "question": asked,
        "region": region,
        "action": decision.action,
        "confidence": round(decision.confidence, 4),
        "threshold": round(decision.threshold, 4),
        "hits": [
            {"id": hit.passage.id, "confidence": round(hit.confidence, 4)}
            for hit in decision.hits[:5]
        ],
    }
