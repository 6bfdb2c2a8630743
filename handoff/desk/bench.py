"""What a change to the library would do, tried out beside the running one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from faq.effects import Effect, Effects
from faq.golden import VERDICT_NAMES
from faq.observations import load_meanings
from faq.proposals import Proposal
from faq.refitting import Fit, Golden, gather_golden, try_fit
from faq.words import WordChange, load_words
from handoff.desk.context import Desk
from handoff.desk.explain import ACTIONS
from handoff.desk.suggestions import name_passage
from handoff.feedback import load_asked
from storage import Transaction


class Bench:
    """Tries words, phrasings and calibrations out; one at a time, askers need the processor too."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._effects = Effects(desk.live)
        self._golden: tuple[object, Golden] = (None, Golden())
        self._busy = asyncio.Lock()

    async def try_proposal(self, proposal: Proposal, text: str) -> dict[str, Any]:
        """What accepting it as this text would change, as effect.html shows it; nothing for a
        refit, which has figures of its own."""
        if proposal.kind == "refit":
            return {}
        if proposal.kind != "similar":
            examples = [str(each["question"]) for each in proposal.evidence.get("examples", ())]
            change = WordChange(text, proposal.target or None)
            return await self.try_word(change, examples)
        async with self._busy:
            golden = await self._measured()
            effect = await asyncio.to_thread(
                self._effects.of_similar, proposal.target, text, golden, self._today()
            )
        return await self._shown(effect)

    async def try_word(self, change: WordChange, examples: Sequence[str] = ()) -> dict[str, Any]:
        """What a word that comes or goes would change, likewise."""
        words = await self._desk.database.read(load_words, change)
        asked = [each.text for each in await self._desk.database.read(load_asked)]
        async with self._busy:
            golden = await self._measured()
            effect = await asyncio.to_thread(
                self._effects.of_word,
                change,
                words,
                examples,
                asked[::-1],
                golden,
                self._today(),
            )
        return await self._shown(effect)

    async def try_fit(self) -> Fit:
        """Calibrations for the library as it stands."""
        async with self._busy:
            return await try_fit(self._desk.database, self._desk.live, self._today())

    def _today(self) -> str:
        return self._desk.today().isoformat()

    async def _measured(self) -> Golden:
        meanings = await self._desk.database.read(load_meanings)
        key = (self._desk.live.version, tuple(meanings))
        if self._golden[0] != key:
            golden = await asyncio.to_thread(gather_golden, self._desk.live, meanings)
            self._golden = (key, golden)
        return self._golden[1]

    async def _shown(self, effect: Effect) -> dict[str, Any]:
        names = await self._desk.database.read(_name_all, self._desk, effect)
        return {"effect": effect, "names": names, "actions": ACTIONS, "verdicts": VERDICT_NAMES}


def _name_all(tx: Transaction, desk: Desk, effect: Effect) -> dict[str, str]:
    """The titles of the passages that an effect speaks of, by id."""
    outcomes = [outcome for each in effect.asked for outcome in (each.before, each.after)]
    outcomes += [outcome for each in effect.changes for outcome in (each.before, each.after)]
    ids = {outcome.passage_id for outcome in outcomes if outcome.passage_id}
    ids |= {hit.passage.id for hit in effect.nearest}
    return {each: _title(tx, desk, each) for each in ids}


def _title(tx: Transaction, desk: Desk, passage: str) -> str:
    """What a passage is called; with its place, where the title does not tell."""
    found, live = name_passage(tx, passage), desk.live.get(passage)
    if found is None:
        return "（已停用）"
    places = [desk.place(code) for code in live.regions] if live else []
    told = len(places) != 1 or places[0] in found.title
    return found.title if told else f"{found.title}（{places[0]}）"
