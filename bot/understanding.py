"""From a message in its conversation to the question that it asks, and the decision on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from faq.live_library import LiveLibrary
from retrieval.decide import MOST_SHOWN, USUALLY_SHOWN, Decision, Hit
from retrieval.facts import asked as kinds_asked
from retrieval.facts import tells
from retrieval.followup import Turn, only_case, readings, take_apart
from retrieval.own_case import asks_own_case
from retrieval.passages import Scope
from retrieval.questions_in import asking_parts
from retrieval.segment import normalise
from retrieval.windows import sentences as sentences_of

_TURNS_KEPT = 4
_NEAR = 3  # hits among which the answer to a clause must be that of the whole message
_LIKELY = 0.5  # from which on a reading may be asked back about, beside a likelier one
_ELSEWHERE = 0.7
"""How far what answers 那江海呢 is to be trusted: another place may have no such rule, and then
another of its rules is nearest."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was read, the place it is about, and what was decided."""

    question: str
    place: str | None
    decision: Decision
    of_own_case: bool = False
    """It asks how far the asker's own case has got, which nothing here tells."""

    @property
    def is_settled(self) -> bool:
        """Answered, or to be asked for the place, or known to have no answer."""
        return self.decision.is_settled or self.of_own_case


class Understanding:
    """Reads messages with the library of this process; keeps nothing between two of them."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live

    def understand(
        self, context: dict[str, Any], asked: str, place: str | None, today: str
    ) -> Understood:
        """What a message asks, without what it tells before where that is understood. What can
        stand for the message is tried first; a mere clause counts when it leads to what the
        message as a whole is near to."""
        parts = asking_parts(asked, self._live.gazetteer)
        found = None
        for part in parts:
            if part.whole:
                found = self.decide(context, part.text, place, today)
                if found.is_settled:
                    return found
        told = self.decide(context, asked, place, today)
        if told.is_settled:
            return told
        found = found or told
        near = {hit.passage.id for hit in found.decision.hits[:_NEAR]}
        for part in parts:
            if not part.whole:
                alone = self.decide(context, part.text, place, today)
                if alone.is_settled and alone.decision.hits[0].passage.id in near:
                    return alone
        return found

    def decide(
        self, context: dict[str, Any], asked: str, place: str | None, today: str
    ) -> Understood:
        """What one question comes to: as it is best read, as the answer just given has it already,
        with the entries of a matter that is only named, and with nothing of the asker's own case.
        """
        before = [turn.get("answered") for turn in context.get("turns", [])][-1:]
        found = self._best_reading(context, asked, place, today, before)
        if told := self._spoken_of(asked, found, before):
            found = replace(found, decision=told)
        if found.question == asked and not kinds_asked(asked):
            core = take_apart(asked, self._live.gazetteer).core
            found = replace(found, decision=_with_entries(found.decision, core))
        return _without_own_case(asked, found)

    def _best_reading(
        self,
        context: dict[str, Any],
        asked: str,
        place: str | None,
        today: str,
        before: Sequence[str],
    ) -> Understood:
        """The first way to read a question that is understood, else the one with the surest hit."""
        best: tuple[tuple[int, float], Understood] | None = None
        gazetteer = self._live.gazetteer
        for text, prior, trust in self._ways_to_read(context, asked):
            named = gazetteer.places(text, near=place)
            at = named[0] if len(named) == 1 else place
            decision = self._live.library.decide(text, Scope(today, gazetteer.around(at)))
            if decision.action == "answer" and (
                self._only_names_a_place(text)
                or (self._only_names_a_place(asked) and _is_doubtful_elsewhere(decision, before))
            ):
                decision = _offered(decision)
            sure = decision.confidence * trust
            if decision.action == "answer" and sure < decision.threshold:
                continue  # too doubtful a repair for an answer
            if text != asked and self._says_again(asked, decision, before):
                continue
            if best is not None and prior < _LIKELY and decision.action != "answer":
                continue  # 乳山 by itself is no question to offer anything for
            rank = (decision.nearness, sure * prior)
            if best is None or rank > best[0]:
                best = (rank, Understood(text, at, decision))
            if decision.action == "answer" or decision.places:  # it is understood as it is
                break
        return best[1] if best else Understood(asked, place, Decision("handoff"))

    def _spoken_of(self, asked: str, found: Understood, before: Sequence[str]) -> Decision | None:
        """What the answer just given says of the case that a follow-up names (线下呢), where
        nothing else answers."""
        gazetteer, decision, place = self._live.gazetteer, found.decision, found.place
        if decision.action == "answer" and decision.hits[0].passage.id not in before:
            return None
        named = only_case(asked, gazetteer)
        if any(_names(hit, case) for hit in decision.shown for case in named):
            return None  # there is an answer of its own to choose
        passage = self._live.get(before[0]) if named and before and before[0] else None
        if passage is None:
            return None
        if any(case in each for each in passage.questions[:1] for case in named):
            return None  # it is no case of the answer but all of it
        all_of_it = [each.strip().rstrip("；;") for each in sentences_of(passage.text)]
        telling = ([s for s in all_of_it if case in normalise(s)] for case in named)
        sentences = next(filter(None, telling), [])
        if len(passage.regions) > 1:  # each place has a sentence of its own
            own = gazetteer.around(place) or frozenset()
            sentences = [each for each in sentences if own & set(gazetteer.places(each))]
        if not sentences:
            return None
        return Decision("answer", (Hit(passage, 0.0, 1.0),), 1.0, text="\n".join(sentences))

    def _only_names_a_place(self, text: str) -> bool:
        """那江海呢 by itself asks for nothing, however many entries speak of that place."""
        parts = take_apart(text, self._live.gazetteer)
        return bool(parts.places) and not parts.core and not parts.kinds

    def _says_again(self, asked: str, decision: Decision, before: Sequence[str]) -> bool:
        """Whether a follow-up gets the answer just given: who asks on wants to hear something else,
        but for the same of another place, or what that answer speaks of as well."""
        if decision.action != "answer" or decision.hits[0].passage.id not in before:
            return False
        parts = take_apart(asked, self._live.gazetteer)
        told = normalise(decision.text)
        whole = len(parts.core) > 1 and set(parts.core) <= set(told)
        spoken_of = whole or (bool(parts.core) and parts.topic in told)
        named = self._live.gazetteer.places(asked)
        return not (named or spoken_of or tells(asked, decision.text))

    def _ways_to_read(
        self, context: dict[str, Any], asked: str
    ) -> Iterator[tuple[str, float, float]]:
        """A message as typed, with what it leaves out, and with its slips put right; with how
        likely it takes up what was said before, and how far a repair is to be trusted."""
        turns, gazetteer, repair = _turns(context), self._live.gazetteer, self._live.repair
        for reading in readings(asked, turns, gazetteer):
            yield reading.text, reading.prior, 1.0
            for repaired in repair.readings(reading.text):
                yield repaired.text, reading.prior, repaired.prior
        for repaired in repair.readings(asked) if turns else ():  # ji tian is as short as 几天
            for reading in readings(repaired.text, turns, gazetteer):
                if reading.inherited:
                    yield reading.text, reading.prior, repaired.prior


def remember(
    context: dict[str, Any], message: str, read_as: str, answered: str = ""
) -> dict[str, Any]:
    """The context with one turn more: as it was written, as it was read, and the id of the passage
    that answered it."""
    turn = {"asked": message[:300], "read_as": read_as[:300], "answered": answered}
    return {**context, "turns": [*context.get("turns", []), turn][-_TURNS_KEPT:]}


def _turns(context: dict[str, Any]) -> list[Turn]:
    return [Turn(turn["asked"], turn["read_as"]) for turn in context.get("turns", [])]


def _without_own_case(asked: str, found: Understood) -> Understood:
    """Only an approved answer may stand for how far somebody's own case has got."""
    decision = found.decision
    if decision.action == "answer" and decision.hits[0].passage.kind == "entry":
        return found
    if not asks_own_case(asked):
        return found
    handed = replace(decision, action="handoff", shown=(), places=(), text="")
    return replace(found, decision=handed, of_own_case=True)


def _with_entries(decision: Decision, matter: str) -> Decision:
    """To who only names a matter, what is usually asked of it is offered, not clauses."""
    usual = [hit for hit in decision.hits if _names(hit, matter)]
    shown = tuple(hit for hit in usual if not hit.passage.hands_over)[:MOST_SHOWN]
    if decision.action != "clarify" or decision.places or not shown:
        return decision
    return replace(decision, shown=shown)


def _names(hit: Hit, matter: str) -> bool:
    """Whether it is an entry that is asked with this very word."""
    return bool(matter) and any(matter in question for question in hit.passage.questions)


def _is_doubtful_elsewhere(decision: Decision, before: Sequence[str]) -> bool:
    """Whether another passage than the one before only may tell the same of another place."""
    again = decision.hits[0].passage.id in before
    return not again and decision.confidence * _ELSEWHERE < decision.threshold


def _offered(decision: Decision) -> Decision:
    """What would be answered as something to choose from."""
    shown = [hit for hit in decision.hits if not hit.passage.hands_over][:USUALLY_SHOWN]
    return replace(decision, action="clarify", shown=tuple(shown))
