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
from faq.errors import EntryConflict
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
from retrieval.labels import Label
from retrieval.passages import KINDS
from storage import Database, Transaction

_NEW_LABELS = 30  # since the last fit, from which on another one is proposed
_CHANGED = 0.3  # share by which the phrasings grew or shrank, likewise
_LEAST_PHRASINGS = 100  # below this a library says too little about itself
_KNOWN = 0.5  # of the pack's answerable questions have an answer here: then they serve as golden
_SHOWN_CHANGES = 12
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
    figures = {
        "phrasings": sum(len(each.questions) for each in live.passages()),
        "labels": len(golden.own),
        "held": {"before": count_verdicts(before[:held]), "after": count_verdicts(after[:held])},
        "own": {"before": count_verdicts(before[held:]), "after": count_verdicts(after[held:])},
        "thresholds": {
            "before": library.calibrations["entry"].thresholds.answer,
            "after": fitted["entry"].thresholds.answer,
        },
        "changed": len(changes),
        "worse": sum(change.worse for change in changes),
    }
    return Fit(fitted, figures, changes[:_SHOWN_CHANGES])


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


def accept(tx: Transaction, proposal_id: str, by: str, text: str = "") -> tuple[Proposal, bool]:
    """Accept any proposal; a refit becomes what all processes decide by."""
    proposal, ours = accept_proposal(tx, proposal_id, by, text)
    if proposal.kind == "refit" and ours:
        trial = proposal.evidence["trial"]
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
