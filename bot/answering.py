"""From a message to the approved words: its place and questions, what was decided, the Reply."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import wording
from bot.composing import Composing, join_answers, trace
from bot.reply import Reply
from bot.understanding import Understanding, Understood, remember
from faq.live_library import LiveLibrary
from handoff.conversations import Conversation
from handoff.tickets import Reason
from retrieval.decide import Hit
from retrieval.followup import ask_of
from retrieval.questions_in import split_questions
from retrieval.segment import normalise
from storage import Transaction

_MOST_PARTS = 3


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
        self._understanding = Understanding(live)
        self._composing = Composing(live)

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
        understood = self._understanding.understand(conversation.context, asked, place, today)
        if len(parts) > 1:
            understood = _without_choice(understood)
        pending = {**conversation.context, "pending": understood.question}
        context = remember(pending, asked, understood.question, _answered(understood))
        named = named or gazetteer.places(understood.question, near=region)
        remembered = self._to_remember(conversation, normalise(text), named)
        return self._found(tx, understood, context, remembered)

    def chosen(self, tx: Transaction, conversation: Conversation, passage_id: str) -> Found:
        """The asker chose one of the offered questions: its answer, as it stands now; the parts to
        choose from, where a clause is only their headings."""
        context, region = conversation.context, conversation.region
        asked = str(context.get("pending", ""))
        passage = self._live.get(passage_id)
        if passage is None:
            return Found(None, context, region)
        if offer := self._composing.offer_parts(tx, passage):
            return Found(offer, context, region)
        places = (region,) if region else ()
        reply = self._composing.answer(tx, Hit(passage, 0.0, 1.0), passage.text, *places)
        if reply is None:
            return Found(None, context, region)
        return Found(reply, remember(context, asked, asked, passage_id), region)

    def _found(
        self,
        tx: Transaction,
        understood: Understood,
        context: dict[str, Any],
        remembered: str | None,
    ) -> Found:
        decision, place = understood.decision, understood.place
        traced = trace(understood)
        if reply := self._answer_to(tx, understood):
            return Found(reply, context, remembered)
        if decision.action == "clarify":
            reply = replace(self._composing.clarify(tx, decision), trace=traced)
            return Found(reply, context, remembered)
        if gap := _known_gap(understood):
            return Found(None, context, remembered, "known_gap", gap, traced)
        if place is not None and place not in self._live.gazetteer.known:
            name = self._live.gazetteer[place].name
            return Found(None, context, remembered, "other_place", name, traced)
        return Found(None, context, remembered, trace=traced)

    def _answer_to(self, tx: Transaction, *understood: Understood) -> Reply | None:
        """The answer, with its trace, that all of these are; None when it is none."""
        first = understood[0]
        if first.decision.action != "answer":
            return None
        places = [each.place for each in understood if each.place is not None]
        hit, text = first.decision.hits[0], first.decision.text
        reply = self._composing.answer(tx, hit, text, *places)
        return reply and replace(reply, trace=trace(first))

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

    def _compare(
        self,
        tx: Transaction,
        conversation: Conversation,
        text: str,
        places: Sequence[str],
        today: str,
    ) -> Found | None:
        """One question about several places: each place's own answer, and that there is none where
        that is so; None when there is none at all, or it is not sure what is meant."""
        gazetteer = self._live.gazetteer
        alike: dict[str, list[Understood]] = {}  # by what answers
        lacking: list[str] = []
        for code in places:
            question = ask_of(text, gazetteer[code].name, gazetteer)
            understood = self._understanding.decide({}, question, code, today)
            if understood.decision.action == "clarify":
                return None
            if understood.decision.action == "answer":
                hit = understood.decision.hits[0]
                alike.setdefault(hit.passage.id, []).append(understood)
            else:
                lacking.append(wording.not_found(gazetteer[code].name, _known_gap(understood)))
        replies = [self._answer_for(tx, group) for group in alike.values()]
        answers = [reply for reply in replies if reply is not None]
        if not answers or len(answers) < len(replies):
            return None
        if lacking:
            lacking.append(wording.FOR_THE_REST)
        context = remember({**conversation.context, "pending": text}, text, text)
        return Found(join_answers(answers, *lacking), context, conversation.region)

    def _answer_for(self, tx: Transaction, group: Sequence[Understood]) -> Reply | None:
        """The answer for the places of a group, that begins with the name of whose rule it is."""
        reply = self._answer_to(tx, *group)
        codes = [*group[0].decision.hits[0].passage.regions, *(each.place or "" for each in group)]
        names = [self._live.gazetteer[code].name for code in codes if code in self._live.gazetteer]
        if reply is None or reply.text.startswith(tuple(names)):
            return reply
        return replace(reply, text=f"{names[-1]}：{reply.text}")

    def _answer_all(
        self,
        tx: Transaction,
        conversation: Conversation,
        parts: Sequence[str],
        place: str | None,
        today: str,
    ) -> Found | None:
        """Several questions in one message: all their answers, and which have none that is sure;
        None when there is none at all, or the message as a whole has another."""
        answers: list[Reply] = []
        said: dict[str, None] = {}
        told: set[str] = set()
        lacking: list[str] = []
        unsure = False
        context: dict[str, Any] = {}
        for part in parts:  # each may leave out what the one before has said
            understood = self._understanding.decide(context, part, place, today)
            context = remember({}, part, understood.question)
            reply = self._answer_to(tx, understood)
            if reply is not None:
                answers.append(reply)
                told.add(_answered(understood))
            else:
                lacking.append(part.rstrip("?。, "))
                unsure = unsure or understood.decision.action == "clarify"
            said[reply.text if reply else wording.not_found("", _known_gap(understood))] = None
        if not answers:
            return None
        if unsure:
            together = self._understanding.decide(
                conversation.context, " ".join(parts), place, today
            )
            if _answered(together) not in {*told, ""}:
                return None
        numbered = [f"{number}. {text}" for number, text in enumerate(said, 1)]
        lines = numbered if len(said) > 1 else [*said]
        if lacking:
            lines.append(wording.for_the_rest(lacking))
        last = parts[-1]
        context = remember({**conversation.context, "pending": last}, last, last)
        return Found(replace(join_answers(answers), text="\n\n".join(lines)), context, place)


def _answered(understood: Understood) -> str:
    """The id of the passage that answers."""
    decision = understood.decision
    return decision.hits[0].passage.id if decision.action == "answer" else ""


def _without_choice(understood: Understood) -> Understood:
    """No choice of one question stands for several, but that of the place may."""
    decision = understood.decision
    if decision.action != "clarify" or decision.places:
        return understood
    return replace(understood, decision=replace(decision, action="handoff", shown=()))


def _known_gap(understood: Understood) -> str:
    """What is known not to be laid down; of one place it is told only to those whose it is."""
    if understood.of_own_case:
        return wording.OWN_CASE
    decision = understood.decision
    if not decision.text or decision.action != "handoff":
        return ""
    return decision.text if understood.place or not decision.hits[0].passage.regions else ""
