"""From labelled questions to proposals of similar questions."""

from dataclasses import asdict

from faq.entries import get_entry, phrasing_key
from faq.errors import EntryNotFound
from faq.observations import Evidence, weigh_question
from faq.proposals import Finding, lapse, lapse_others, list_open, offer
from faq.words import find_standard
from retrieval.segment import normalise
from retrieval.smalltalk import small_talk
from storage import Transaction

_ENOUGH = 1.0  # weight of evidence: one clear label that nobody contradicts
_SHARE = 0.75  # of all that speaks for any passage: below it, asking back is right
_SHORTEST, _LONGEST = 3, 80  # characters of a question that is worth keeping as a phrasing


def suggest_similar(tx: Transaction, key: str) -> bool:
    """Propose a question, by its phrasing key, as similar question of the entry that people agree
    it means; take back what is no longer agreed. Whether there is something new to see."""
    found = weigh_question(tx, key)
    best = _agreed(found)
    wanted = best.passage_id.partition(":")[2] if best else ""
    lapse_others(tx, "similar", key, wanted)
    if best is None or not _is_new(tx, wanted, key):
        return False
    text = str(best.examples[-1]["question"])
    if not _SHORTEST <= len(key) <= _LONGEST or small_talk(normalise(text)):
        return False
    evidence = {
        "counts": best.counts,
        "examples": list(best.examples),
        "others": [asdict(each) for each in found if each is not best],
    }
    return offer(
        tx,
        Finding(
            "similar", wanted, key, text, best.askers, best.first_seen, best.last_seen, evidence
        ),
    )


def lapse_overtaken(tx: Transaction) -> None:
    """Take back what has been done by hand meanwhile, or whose entry is out of service."""
    for proposal in list_open(tx)[0]:
        known = (
            proposal.kind in ("word", "synonym") and find_standard(tx, proposal.text) is not None
        )
        if known or (proposal.kind == "similar" and not _is_new(tx, proposal.target, proposal.key)):
            lapse(tx, proposal.id)


def _agreed(found: list[Evidence]) -> Evidence | None:
    """The entry that enough people mean by the question and hardly anybody does not."""
    if not found:
        return None
    best = found[0]
    all_for = sum(each.weight for each in found if each.weight > 0)
    agreed = best.weight >= _ENOUGH and best.weight >= _SHARE * all_for
    return best if agreed and best.passage_id.startswith("entry:") else None


def _is_new(tx: Transaction, entry_id: str, key: str) -> bool:
    """Whether the entry is in service and does not have the phrasing yet."""
    try:
        entry = get_entry(tx, entry_id)
    except EntryNotFound:
        return False
    content = entry.content
    known = (content.standard_question, *content.similar_questions)
    return entry.status == "published" and key not in {phrasing_key(text) for text in known}
