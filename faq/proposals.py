"""What the conversations suggest to change; nothing changes before a curator has accepted it."""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from faq.entries import get_entry, phrasing_key
from faq.errors import EntryConflict, EntryInvalid, EntryNotFound, FaqError
from faq.publishing import LONGEST_QUESTION, check_publishable, edit_entry
from faq.words import add_word, check_word, find_standard
from storage import Row, Transaction, new_id

Kind = Literal["similar", "synonym", "word", "refit"]
Status = Literal["open", "accepted", "dismissed", "lapsed"]
KIND_NAMES: dict[Kind, str] = {
    "similar": "相似问",
    "synonym": "同义词",
    "word": "专业词",
    "refit": "重新校准",
}
TOPIC = "learning"
"""Announced whenever a proposal comes, goes or is decided; its counter's row is the lock that
keeps two who collect or decide at the same moment in line."""
_MORE_ASKERS = 3  # and twice as many as before: then a dismissed proposal comes back
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to propose. `target`: the entry, or the standard word; `askers` have shown it."""

    kind: Kind
    target: str
    key: str
    text: str
    askers: int
    first_seen: int
    last_seen: int
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A finding as it stands. `lapsed`: no longer needed, or contradicted meanwhile."""

    id: str
    kind: Kind
    target: str
    key: str
    text: str
    status: Status
    askers: int
    evidence: dict[str, Any]
    first_seen: int
    last_seen: int
    decided_by: str | None
    decided_at: int | None
    decided_text: str | None


def lock(tx: Transaction) -> None:
    """Wait for whoever else collects or decides, and announce that something may have changed."""
    tx.next_revision(TOPIC)


def offer(tx: Transaction, found: Finding, *, again: bool = False) -> bool:
    """Propose it, or add to what is proposed already; whether there is something new to see.

    What was accepted is not proposed again; what was dismissed only when many more askers have
    shown it since, or when a person asks for it (`again`). Call `lock` first.
    """
    row = tx.one(
        "SELECT * FROM proposal WHERE kind = :kind AND target = :target AND key = :key",
        kind=found.kind,
        target=found.target,
        key=found.key,
    )
    if row is None:
        _insert(tx, found)
        return True
    enough = max(2 * row["askers_then"], row["askers_then"] + _MORE_ASKERS)
    dismissed = row["status"] == "dismissed" and found.askers < enough and not again
    if row["status"] == "accepted" or dismissed:
        return False
    return bool(
        tx.execute(
            "UPDATE proposal SET status = 'open', text = :text, askers = :askers,"
            " evidence = :evidence, last_seen = :last_seen WHERE id = :id"
            " AND (status <> 'open' OR askers <> :askers OR last_seen <> :last_seen)",
            id=row["id"],
            text=found.text,
            askers=found.askers,
            evidence=json.dumps(found.evidence, ensure_ascii=False),
            last_seen=found.last_seen,
        )
    )


def lapse(tx: Transaction, proposal_id: str) -> None:
    """It is no longer needed: out of the list, until new evidence brings it back."""
    tx.execute(
        "UPDATE proposal SET status = 'lapsed' WHERE id = :id AND status = 'open'", id=proposal_id
    )


def lapse_others(tx: Transaction, kind: Kind, key: str, target: str) -> None:
    """What is open with that key but another target fits no longer."""
    for each in find_open(tx, kind, key):
        if each.target != target:
            lapse(tx, each.id)


def get_proposal(tx: Transaction, proposal_id: str) -> Proposal:
    """Raises EntryNotFound."""
    row = tx.one("SELECT * FROM proposal WHERE id = :id", id=proposal_id)
    if row is None:
        raise EntryNotFound("没有这条建议。")
    return _proposal(row)


def list_open(tx: Transaction) -> tuple[list[Proposal], int]:
    """What waits for a decision, the most asked first, and how many there are in all."""
    rows = tx.all(
        "SELECT * FROM proposal WHERE status = 'open'"
        " ORDER BY askers DESC, last_seen DESC, id LIMIT :most",
        most=_SHOWN,
    )
    total = tx.value("SELECT count(*) FROM proposal WHERE status = 'open'")
    return [_proposal(row) for row in rows], int(total)


def list_decided(tx: Transaction, most: int = 10) -> list[Proposal]:
    """What was decided last: by whom, when, and how."""
    rows = tx.all(
        "SELECT * FROM proposal WHERE decided_at IS NOT NULL"
        " ORDER BY decided_at DESC, id LIMIT :most",
        most=most,
    )
    return [_proposal(row) for row in rows]


def find_open(tx: Transaction, kind: Kind, key: str) -> list[Proposal]:
    """Open proposals of that kind with that key, whatever their target."""
    rows = tx.all(
        "SELECT * FROM proposal WHERE status = 'open' AND kind = :kind AND key = :key",
        kind=kind,
        key=key,
    )
    return [_proposal(row) for row in rows]


def find_problem(tx: Transaction, proposal: Proposal, text: str = "") -> str:
    """Why accepting it (with this text) would be refused now; "" when it would not."""
    try:
        check_proposal(tx, proposal, text or proposal.text)
    except FaqError as error:
        return str(error)
    return ""


def check_proposal(tx: Transaction, proposal: Proposal, text: str) -> None:
    """Raises FaqError when it cannot be taken into the library as this text."""
    if proposal.kind == "similar":
        _check_similar(tx, proposal.target, text)
    elif proposal.kind in ("synonym", "word"):
        known = find_standard(tx, text)
        if known is not None and known != (proposal.target or ""):
            already = f"已经是“{known}”的同义词" if known else "已经是专业词"
            raise EntryConflict(f"“{text}”{already}，请先在词语页面修改。")
        check_word(tx, text, proposal.target or None)
    elif "trial" not in proposal.evidence:
        raise EntryInvalid("请先试算，看过前后的对比再采用。")


def accept(tx: Transaction, proposal_id: str, by: str, text: str = "") -> tuple[Proposal, bool]:
    """Take it over, as edited, through the ways that curators use; whether it was we who did.

    One that a colleague has just accepted stays as it is. Raises FaqError when it cannot be taken
    over, EntryConflict when it was dismissed meanwhile. A refit is accepted by its own function.
    """
    lock(tx)
    proposal = get_proposal(tx, proposal_id)
    text = " ".join(text.split()) or proposal.text
    if proposal.status == "accepted":
        return proposal, False
    if proposal.status != "open":
        raise EntryConflict(_gone(proposal))
    check_proposal(tx, proposal, text)
    match proposal.kind:
        case "similar":
            _add_similar(tx, proposal.target, text, by)
        case "synonym":
            add_word(tx, text, proposal.target, by)
        case "word":
            add_word(tx, text, None, by)
        case "refit":
            pass
    return _decide(tx, proposal, "accepted", by, text), True


def dismiss(tx: Transaction, proposal_id: str, by: str) -> tuple[Proposal, bool]:
    """It is not wanted; the same evidence does not bring it back. Whether it was we who did."""
    lock(tx)
    proposal = get_proposal(tx, proposal_id)
    if proposal.status == "dismissed":
        return proposal, False
    if proposal.status != "open":
        raise EntryConflict(_gone(proposal))
    return _decide(tx, proposal, "dismissed", by, None), True


def keep_evidence(tx: Transaction, proposal: Proposal, more: dict[str, Any]) -> None:
    """Add to what is known of an open proposal."""
    tx.execute(
        "UPDATE proposal SET evidence = :evidence WHERE id = :id AND status = 'open'",
        id=proposal.id,
        evidence=json.dumps({**proposal.evidence, **more}, ensure_ascii=False),
    )


def _check_similar(tx: Transaction, entry_id: str, text: str) -> None:
    entry = get_entry(tx, entry_id)
    if entry.status != "published":
        raise EntryConflict("这个条目已经不在服务中，不需要再加相似问。")
    if not phrasing_key(text) or len(text) > LONGEST_QUESTION:
        raise EntryInvalid(f"相似问应有文字，且不超过 {LONGEST_QUESTION} 字。")
    content = replace(entry.content, similar_questions=(*entry.content.similar_questions, text))
    check_publishable(tx, replace(entry, content=content))


def _add_similar(tx: Transaction, entry_id: str, text: str, by: str) -> None:
    content = get_entry(tx, entry_id).content
    known = {phrasing_key(each) for each in (content.standard_question, *content.similar_questions)}
    if phrasing_key(text) not in known:
        similar = (*content.similar_questions, text)
        edit_entry(tx, entry_id, replace(content, similar_questions=similar), by)


def _decide(
    tx: Transaction, proposal: Proposal, status: Status, by: str, text: str | None
) -> Proposal:
    tx.execute(
        "UPDATE proposal SET status = :status, decided_by = :by, decided_at = :now,"
        " decided_text = :text, askers_then = askers WHERE id = :id",
        id=proposal.id,
        status=status,
        by=by,
        now=tx.now,
        text=text,
    )
    return get_proposal(tx, proposal.id)


def _gone(proposal: Proposal) -> str:
    if proposal.status == "lapsed":
        return "这条建议已经不需要了。"
    done = "采用" if proposal.status == "accepted" else "忽略"
    return f"这条建议已由{proposal.decided_by}{done}。"


def _insert(tx: Transaction, found: Finding) -> None:
    tx.insert(
        "proposal",
        id=new_id(),
        kind=found.kind,
        target=found.target,
        key=found.key,
        text=found.text,
        status="open",
        askers=found.askers,
        evidence=json.dumps(found.evidence, ensure_ascii=False),
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        created_at=tx.now,
    )


def _proposal(row: Row) -> Proposal:
    fields = {name: row[name] for name in Proposal.__slots__ if name != "evidence"}
    return Proposal(evidence=json.loads(row["evidence"]), **fields)
