"""Fitting the library anew: from its phrasings and from labelled questions, with the figures
before and after, so that a person can decide whether to use it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from faq.calibration import (
    Calibrations,
    decode_calibration,
    encode_calibration,
    load_last_fit,
    save_calibrations,
)
from faq.errors import EntryConflict, EntryInvalid
from faq.golden import (
    QUESTIONS,
    Change,
    ask_all,
    compare,
    count_verdicts,
    label_meanings,
    label_rows,
    read_rows,
)
from faq.live_library import LiveLibrary
from faq.observations import Meaning, count_labels, load_meanings
from faq.proposals import Finding, Proposal, find_open, get_proposal, keep_evidence, lock, offer
from faq.proposals import accept as accept_proposal
from retrieval.labels import Label, flat
from retrieval.passages import KINDS
from storage import Database, Transaction

_NEW_LABELS = 30  # since the last fit, from which on another one is proposed
_CHANGED = 0.3  # share by which the phrasings grew or shrank, likewise
_LEAST_PHRASINGS = 100  # below this a library says too little about itself
_KNOWN = 0.5  # of the pack's answerable questions have an answer here: then they serve as golden
_SHOWN_CHANGES = 12
_BEARABLE = 0.01  # of the golden questions get worse without anybody having to look twice
_KEY = "refit"


@dataclass(frozen=True, slots=True)
class Golden:
    """Labelled questions: to learn from, to measure by, and the office's own, which do both."""

    learnt: list[Label] = field(default_factory=list)
    held: list[Label] = field(default_factory=list)
    own: list[Label] = field(default_factory=list)

    @property
    def measured(self) -> list[Label]:
        return [*self.held, *self.own]


@dataclass(frozen=True, slots=True)
class Fit:
    """Calibrations that are not used yet, and what they would change."""

    calibrations: Calibrations
    figures: dict[str, Any]
    changes: list[Change]

    @property
    def warning(self) -> str:
        """Why it should hardly be used; "" when nothing speaks against it."""
        return find_warning(self.figures)


def find_warning(figures: dict[str, Any]) -> str:
    """What the figures of a trial warn of: more golden questions get worse than is bearable. The
    office's labels, or its phrasings, then contradict them."""
    held = figures["held"]
    total, worse = held["before"]["questions"], held.get("worse", 0)
    if worse <= _BEARABLE * total:
        return ""
    return (
        f"{total} 个金标问题中有 {worse} 个会变差，超过 {_BEARABLE:.0%}。"
        "多半是有些标注标错了，或者新加的问法写在了不对的条目里。请先核对下面变差的问题，不要急着采用。"
    )


def gather_golden(
    live: LiveLibrary, meanings: Sequence[Meaning], more: Sequence[dict[str, Any]] = ()
) -> Golden:
    """The questions of the starter pack, where its entries are in service, those of a file, and
    what the office's own askers and managers have labelled. Takes part of a second."""
    rows = read_rows(QUESTIONS)
    passages = live.passages()
    learnt = [row for row in rows if row.get("set") != "held"]
    held = [row for row in rows if row.get("set") == "held"]
    answerable = sum(row["expect"] == "answer" and "text" in row for row in rows)
    golden = Golden(
        label_rows(learnt, passages, live.gazetteer), label_rows(held, passages, live.gazetteer)
    )
    answered = sum(bool(label.right) for label in (*golden.learnt, *golden.held))
    if answered < _KNOWN * answerable:
        golden = Golden()
    own = label_meanings(meanings, live.gazetteer)
    extra = label_rows(more, passages, live.gazetteer)
    return Golden(golden.learnt, [*golden.held, *extra], own)


def fit(live: LiveLibrary, golden: Golden, today: str) -> Fit:
    """Fit the library as it stands; takes seconds, changes nothing."""
    library = live.library
    fitted = library.fit([*golden.learnt, *golden.own])
    other = library.trial()
    other.use(fitted)
    measured = golden.measured
    before, after = ask_all(library, measured, today), ask_all(other, measured, today)
    held = len(golden.held)
    changes = compare(measured, before, after)
    harmed = compare(golden.held, before[:held], after[:held])
    figures = {
        "phrasings": sum(len(each.questions) for each in live.passages()),
        "labels": len(golden.own),
        "held": {
            "before": count_verdicts(before[:held]),
            "after": count_verdicts(after[:held]),
            "worse": sum(change.worse for change in harmed),
        },
        "contradicting": find_contradicting(golden)[:_SHOWN_CHANGES],
        "own": {"before": count_verdicts(before[held:]), "after": count_verdicts(after[held:])},
        "thresholds": {
            "before": library.calibrations["entry"].thresholds.answer,
            "after": fitted["entry"].thresholds.answer,
        },
        "changed": len(changes),
        "worse": sum(change.worse for change in changes),
    }
    return Fit(fitted, figures, changes[:_SHOWN_CHANGES])


def find_contradicting(golden: Golden) -> list[str]:
    """The office's labelled questions that a golden question of the same words and place has
    another answer to."""
    known = {(flat(label.text), label.regions): label for label in (*golden.learnt, *golden.held)}
    found = []
    for label in golden.own:
        other = known.get((flat(label.text), label.regions)) or known.get((flat(label.text), None))
        if other is not None and not (label.right & other.right or label.right == other.right):
            found.append(label.text)
    return found


async def try_fit(
    database: Database, live: LiveLibrary, today: str, more: Sequence[dict[str, Any]] = ()
) -> Fit:
    """Fit beside the running library, in a worker thread; `more` are rows of a labelled file."""
    meanings = await database.read(load_meanings)
    golden = await asyncio.to_thread(gather_golden, live, meanings, more)
    return await asyncio.to_thread(fit, live, golden, today)


def propose_refit(tx: Transaction, phrasings: int, *, by_hand: bool = False) -> None:
    """Propose to fit anew when many labels have come since, or the library has changed much."""
    last = load_last_fit(tx)
    since = last["fitted_at"] if last else 0
    labels = count_labels(tx, since)
    known = last["figures"].get("phrasings", 0) if last else 0
    changed = abs(phrasings - known) >= _CHANGED * known and phrasings >= _LEAST_PHRASINGS
    if labels < _NEW_LABELS and not changed and not by_hand:
        return
    evidence = {"labels": labels, "phrasings": phrasings, "phrasings_then": known}
    text = "按最新的问法和标注重新校准把握和门槛"
    version = str(last["version"] if last else 0)
    lock(tx)
    if not find_open(tx, "refit", _KEY):
        found = Finding("refit", version, _KEY, text, labels, since, tx.now, evidence)
        offer(tx, found, again=by_hand)


def keep_fit(tx: Transaction, proposal_id: str, fitted: Fit) -> None:
    """Keep what was tried with its proposal, until somebody decides."""
    lock(tx)
    proposal = get_proposal(tx, proposal_id)
    trial = {
        "calibrations": {
            kind: encode_calibration(each) for kind, each in fitted.calibrations.items()
        },
        "figures": fitted.figures,
        "changes": [
            {
                "question": each.question,
                "before": each.before.verdict,
                "after": each.after.verdict,
                "worse": each.worse,
            }
            for each in fitted.changes
        ],
        "at": tx.now,
    }
    keep_evidence(tx, proposal, {"trial": trial})


def accept(
    tx: Transaction, proposal_id: str, by: str, text: str = "", *, confirmed: bool = False
) -> tuple[Proposal, bool]:
    """Accept any proposal; a refit becomes what all processes decide by. One that its figures warn
    of raises EntryInvalid unless it is `confirmed`."""
    proposal, ours = accept_proposal(tx, proposal_id, by, text)
    if proposal.kind == "refit" and ours:
        trial = proposal.evidence["trial"]
        if find_warning(trial["figures"]) and not confirmed:
            raise EntryInvalid(
                "变差的金标问题太多。仍要采用，请先勾选“我看过变差的问题，仍然采用”。"
            )
        kept = {
            kind: decode_calibration(kind, trial["calibrations"][kind])
            for kind in KINDS
            if kind in trial["calibrations"]
        }
        fitted = {kind: each for kind, each in kept.items() if each is not None}
        if not fitted:
            raise EntryConflict("软件已经更新，请重新试算。")
        save_calibrations(tx, fitted, by, trial["figures"])
    return proposal, ours
