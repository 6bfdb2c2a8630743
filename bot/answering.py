"""From a question to the approved words: place and context, search and decision, the Reply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import wording
from bot.offering import render_options
from bot.reply import Option, Reply
from faq.entries import Source, get_entry
from faq.errors import EntryNotFound
from faq.live_library import LiveLibrary
from handoff.conversations import Conversation
from handoff.tickets import Reason
from knowledge.documents import Clause, get_clause
from knowledge.errors import DocumentNotFound
from retrieval.decide import Decision, Hit
from retrieval.followup import Turn, readings
from retrieval.passages import Passage, Scope
from retrieval.questions_in import asking_parts, split_questions
from retrieval.segment import normalise
from storage import Transaction

_TURNS_KEPT = 4
_MOST_PARTS = 3
_NEAR = 3  # hits among which the answer to a clause must be that of the whole message
_ACTIONS = ("handoff", "clarify", "answer")


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a question. Without a reply it is to be handed over, for `reason`.

    `context` and `region` are what the conversation remembers from now on; `about` is the name of
    the place that nothing was found for, or what a known gap says.
    """

    reply: Reply | None
    context: dict[str, Any]
    region: str | None
    reason: Reason = "unknown"
    about: str = ""
    trace: dict[str, Any] = field(default_factory=dict)


class Answering:
    """Answers from the library of this process; keeps nothing between two questions."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live

    def answer(self, tx: Transaction, conversation: Conversation, text: str, today: str) -> Found:
        """Decide on a message that is a question."""
        gazetteer, region = self._live.gazetteer, conversation.region
        named = gazetteer.places(normalise(text), near=region)
        if 1 < len(named) <= _MOST_PARTS:
            compared = self._compare(tx, conversation, text, named, today)
            if compared is not None:
                return compared
        place = named[0] if len(named) == 1 else region
        parts = [normalise(part) for part in split_questions(text, gazetteer)] or [normalise(text)]
        if 1 < len(parts) <= _MOST_PARTS:
            combined = self._answer_all(tx, conversation, parts, place, today)
            if combined is not None:
                return combined
        asked = parts[0] if len(parts) == 1 else normalise(text)
        reading, place, decision = self._understand(conversation, asked, place, today)
        remembered = self._to_remember(conversation, normalise(text), named)
        return self._found(tx, conversation, (asked, reading), decision, place, remembered)

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
        return Found(reply, _remember(context, asked, asked), conversation.region)

    def _understand(
        self, conversation: Conversation, asked: str, place: str | None, today: str
    ) -> tuple[str, str | None, Decision]:
        """What a message asks, without what it tells before where that is understood. What can
        stand for the message is tried first; a mere clause counts when it leads to what the
        message as a whole is near to.

        Returns the question as it was read, its place, and the decision.
        """
        parts = asking_parts(asked, self._live.gazetteer)
        found = None
        for part in parts:
            if part.whole:
                found = self._decide(conversation, part.text, place, today)
                if _is_settled(found[2]):
                    return found
        told = self._decide(conversation, asked, place, today)
        if _is_settled(told[2]):
            return told
        found = found or told
        near = {hit.passage.id for hit in found[2].hits[:_NEAR]}
        for part in parts:
            if not part.whole:
                alone = self._decide(conversation, part.text, place, today)
                if _is_settled(alone[2]) and alone[2].hits[0].passage.id in near:
                    return alone
        return found

    def _decide(
        self, conversation: Conversation, asked: str, place: str | None, today: str
    ) -> tuple[str, str | None, Decision]:
        """The first way to read a question that is understood, else the one with the surest hit.

        Returns the question as it was read, its place, and the decision.
        """
        best: tuple[tuple[int, float], str, str | None, Decision] | None = None
        for text, prior, trust in self._ways_to_read(conversation, asked):
            named = self._live.gazetteer.places(text, near=place)
            at = named[0] if len(named) == 1 else place
            decision = self._live.library.decide(text, self._scope(at, today))
            sure = decision.confidence * trust
            if decision.action == "answer" and sure < decision.threshold:
                continue  # too doubtful a repair for an answer
            rank = (_ACTIONS.index(decision.action), sure * prior)
            if best is None or rank > best[0]:
                best = (rank, text, at, decision)
            if decision.action == "answer" or decision.places:  # it is understood as it is
                break
        return best[1:] if best else (asked, place, Decision("handoff"))

    def _ways_to_read(
        self, conversation: Conversation, asked: str
    ) -> Iterator[tuple[str, float, float]]:
        """A message as typed, with what it leaves out, and with its slips put right; with how
        likely it takes up what was said before, and how far a repair is to be trusted."""
        for reading in readings(asked, _turns(conversation.context), self._live.gazetteer):
            yield reading.text, reading.prior, 1.0
            for repaired in self._live.repair.readings(reading.text):
                yield repaired.text, reading.prior, repaired.prior

    def _to_remember(
        self, conversation: Conversation, message: str, named: Sequence[str]
    ) -> str | None:
        """The asker's place from now on: what they say of themselves, else the place they asked
        about; a place that came with the project's code stays."""
        if conversation.project_token is not None:
            return conversation.region
        own = self._live.gazetteer.own_places(message, near=conversation.region)
        for places in (own, named):
            if len(places) == 1:
                return places[0]
        return conversation.region

    def _found(
        self,
        tx: Transaction,
        conversation: Conversation,
        asked: tuple[str, str],
        decision: Decision,
        place: str | None,
        remembered: str | None,
    ) -> Found:
        kept = _remember({**conversation.context, "pending": asked[1]}, *asked)
        trace = _trace(asked[1], decision, place)
        hit = decision.hits[0] if decision.hits else None
        if decision.action == "answer" and hit is not None:
            reply = self._answer_with(tx, hit, decision.text, place)
            if reply is not None:
                return Found(replace(reply, trace=trace), kept, remembered)
        if decision.action == "clarify":
            return Found(replace(self._clarify(tx, decision), trace=trace), kept, remembered)
        if decision.text and hit is not None and (place or not hit.passage.regions):
            return Found(None, kept, remembered, "known_gap", decision.text, trace)
        if place is not None and place not in self._live.gazetteer.known:
            name = self._live.gazetteer[place].name
            return Found(None, kept, remembered, "other_place", name, trace)
        return Found(None, kept, remembered, trace=trace)

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

    def _clarify(self, tx: Transaction, decision: Decision) -> Reply:
        if decision.places:
            places = [
                Option(self._live.gazetteer[code].name, "place", code)
                for code in decision.places
                if code in self._live.gazetteer
            ]
            return _with_way_out(wording.ASK_PLACE, places, decision)
        shown = render_options(tx, decision.shown, self._live.gazetteer)
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
        context = _remember({**conversation.context, "pending": text}, text, text)
        return Found(_joined(replies), context, conversation.region)

    def _answer_all(
        self,
        tx: Transaction,
        conversation: Conversation,
        parts: Sequence[str],
        place: str | None,
        today: str,
    ) -> Found | None:
        """Several questions in one message: all their answers, or None when one has none."""
        replies: list[Reply] = []
        for part in parts:
            decision = self._live.library.decide(part, self._scope(place, today))
            if decision.action != "answer":
                return None
            reply = self._answer_with(tx, decision.hits[0], decision.text, place)
            if reply is None:
                return None
            if reply.text not in [each.text for each in replies]:
                replies.append(reply)
        last = parts[-1]
        context = _remember({**conversation.context, "pending": last}, last, last)
        return Found(_joined(replies), context, place)

    def _scope(self, region: str | None, today: str) -> Scope:
        if region is None:
            return Scope(today)
        return Scope(today, frozenset(self._live.gazetteer.lineage(region)))


def _is_settled(decision: Decision) -> bool:
    """Answered, or to be asked for the place, or known to have no answer."""
    return decision.action == "answer" or bool(decision.places or decision.text)


def _with_way_out(text: str, options: Sequence[Option], decision: Decision) -> Reply:
    way_out = Option(wording.NONE_FITS, "handoff")
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


def _turns(context: dict[str, Any]) -> list[Turn]:
    return [Turn(turn["asked"], turn["read_as"]) for turn in context.get("turns", [])]


def _remember(context: dict[str, Any], message: str, read_as: str) -> dict[str, Any]:
    """The context with one turn more: as it was written, and as it was read."""
    turn = {"asked": message[:300], "read_as": read_as[:300]}
    return {**context, "turns": [*context.get("turns", []), turn][-_TURNS_KEPT:]}


def _trace(asked: str, decision: Decision, region: str | None) -> dict[str, Any]:
    """What the desk needs to explain the decision."""
    return {
        "question": asked,
        "region": region,
        "action": decision.action,
        "confidence": round(decision.confidence, 4),
        "threshold": round(decision.threshold, 4),
        "hits": [
            {
                "id": hit.passage.id,
                "confidence": round(hit.confidence, 4),
                "matched": list(hit.matched),
                "missing": list(hit.missing),
                # What the first one was judged by; the others are there to compare it with.
                "features": {} if place else _told(hit.features),
            }
            for place, hit in enumerate(decision.hits[:5])
        ],
    }


def _told(features: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in features.items() if value}
