"""How entries come into the library, change and leave it; every step is kept in the history."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from faq.entries import (
    STAGES,
    TOPIC,
    Content,
    Entry,
    Source,
    Status,
    encode,
    find_claimants,
    get_entry,
    phrasing_key,
    rule_regions,
)
from faq.errors import EntryConflict, EntryInvalid
from storage import Transaction, new_id

LONGEST_QUESTION = 300
LONGEST_ANSWER = 3000
MOST_SIMILAR = 200
MOST_SOURCES = 20
_LONGEST_SIMILAR = 30_000  # all together: a cell of a spreadsheet holds 32 767
_LONGEST_SOURCE = 300  # of each part
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What a database, a spreadsheet or UTF-8 cannot hold; no reader has ever seen it."""


def add_entry(
    tx: Transaction,
    content: Content,
    by: str,
    *,
    status: Status = "draft",
    entry_id: str | None = None,
    origin_ticket: str | None = None,
    origin_manager: str | None = None,
) -> Entry:
    """A new entry that nobody is answered with yet. Raises EntryInvalid."""
    content = check_content(content)
    entry_id = entry_id or new_id()
    tx.insert(
        "entry",
        id=entry_id,
        status=status,
        version=1,
        revision=0,
        origin_ticket=origin_ticket,
        origin_manager=origin_manager,
        created_by=by,
        created_at=tx.now,
        updated_at=tx.now,
        **_columns(content),
    )
    _write_parts(tx, entry_id, content)
    _record(tx, entry_id, 1, "created", content, by)
    tx.announce("curation")
    return get_entry(tx, entry_id)


def edit_entry(tx: Transaction, entry_id: str, content: Content, by: str) -> Entry:
    """Change an entry; a published one answers with the new content from the commit on."""
    entry = get_entry(tx, entry_id)
    content = check_content(content)
    if entry.status == "published":
        tx.hold(TOPIC)  # two who publish the same phrasing at once
        check_publishable(tx, replace(entry, content=content))
    _change(tx, entry, entry.status, "edited", content, by)
    return get_entry(tx, entry_id)


def publish_entry(tx: Transaction, entry_id: str, by: str) -> Entry:
    """Let the assistant answer with it. Raises EntryInvalid or EntryConflict."""
    entry = get_entry(tx, entry_id)
    if entry.status == "published":
        return entry
    tx.hold(TOPIC)  # two who publish the same phrasing at once
    check_publishable(tx, entry)
    _change(tx, entry, "published", "published", entry.content, by)
    tx.execute(
        "UPDATE entry SET published_by = :by, published_at = :now WHERE id = :id",
        by=by,
        now=tx.now,
        id=entry_id,
    )
    return get_entry(tx, entry_id)


def retire_entry(tx: Transaction, entry_id: str, by: str, reason: str = "") -> Entry:
    """Take it out of service; it stays in the library with its history."""
    entry = get_entry(tx, entry_id)
    if entry.status == "retired":
        return entry
    _change(tx, entry, "retired", "retired", entry.content, by, reason)
    return get_entry(tx, entry_id)


def retract_entry(
    tx: Transaction, entry_id: str, by: str, reason: str, corrected: str | None = None
) -> Entry:
    """The answer was wrong: out of service at once, or replaced by a corrected answer."""
    if not _plain(reason):
        raise EntryInvalid("请写明撤回的原因。")
    entry = get_entry(tx, entry_id)
    if entry.status != "published":
        raise EntryConflict("只有已发布的条目才能撤回。")
    if corrected is None:
        _change(tx, entry, "retired", "retracted", entry.content, by, reason)
    else:
        content = check_content(replace(entry.content, standard_answer=corrected))
        _change(tx, entry, "published", "corrected", content, by, reason)
    return get_entry(tx, entry_id)


def check_content(content: Content) -> Content:
    """The content tidied up: trimmed, without empty or repeated phrasings. Raises EntryInvalid."""
    question, answer = _line(content.standard_question), _plain(content.standard_answer)
    if not phrasing_key(question) or len(question) > LONGEST_QUESTION:
        raise EntryInvalid(f"请填写标准问（不超过 {LONGEST_QUESTION} 字）。")
    if not answer or len(answer) > LONGEST_ANSWER:
        raise EntryInvalid(f"请填写标准答复（不超过 {LONGEST_ANSWER} 字）。")
    if content.stage not in STAGES:
        raise EntryInvalid(f"没有“{content.stage}”这个阶段，可选：{'、'.join(STAGES)}。")
    if (
        content.effective_from
        and content.expires_on
        and (content.expires_on <= content.effective_from)
    ):
        raise EntryInvalid("失效日期应在施行日期之后。")
    seen = {phrasing_key(question)}
    similar: list[str] = []
    for text in map(_line, content.similar_questions):
        key = phrasing_key(text)
        if key and key not in seen:
            seen.add(key)
            similar.append(text)
    if len(similar) > MOST_SIMILAR or any(len(text) > LONGEST_QUESTION for text in similar):
        raise EntryInvalid(f"相似问最多 {MOST_SIMILAR} 条，每条不超过 {LONGEST_QUESTION} 字。")
    if sum(map(len, similar)) > _LONGEST_SIMILAR:
        raise EntryInvalid(f"相似问加起来不能超过 {_LONGEST_SIMILAR} 字。")
    return replace(
        content,
        standard_question=question,
        standard_answer=answer,
        similar_questions=tuple(similar),
        sources=_check_sources(content.sources),
    )


def _plain(text: str) -> str:
    return _NO_TEXT.sub("", text).strip()


def _line(text: str) -> str:
    """In one line: in the library's files each line is a phrasing, or a source, of its own."""
    return " ".join(_plain(text).split())


def _check_sources(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if len(sources) > MOST_SOURCES:
        raise EntryInvalid(f"依据最多 {MOST_SOURCES} 条。")
    return tuple(map(_check_source, sources))


def _check_source(source: Source) -> Source:
    """Its parts in one line each, without the bar that parts them in the library's files."""
    parts = {
        name: _line(getattr(source, name)).replace("|", "｜")
        for name in ("title", "document_number", "clause", "issuer")
    }
    if any(len(part) > _LONGEST_SOURCE for part in parts.values()):
        raise EntryInvalid(f"依据的每一项请控制在 {_LONGEST_SOURCE} 字以内。")
    return replace(source, **parts)


def check_date(text: str | None, name: str) -> str | None:
    """An ISO date, or None for nothing. Raises EntryInvalid."""
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise EntryInvalid(f"{name}“{text}”不是日期，请写成 2026-11-21 这样。") from error


def check_publishable(tx: Transaction, entry: Entry) -> None:
    """Raise EntryInvalid without a source, EntryConflict when another entry has a phrasing."""
    content = entry.content
    sourced = any(source.title.strip() for source in content.sources)
    if not sourced and not content.hands_over:
        raise EntryInvalid("请先填写依据（文件、文号、条款），没有依据的答复不能发布。")
    keys = [phrasing_key(text) for text in (content.standard_question, *content.similar_questions)]
    for other in find_claimants(tx, keys, entry.id):
        if _overlap(rule_regions(content), rule_regions(get_entry(tx, other["id"]).content)):
            raise EntryConflict(
                f"“{other['text']}”已经是条目“{other['standard_question']}”的问法，"
                "请修改或删去这一条后再发布。"
            )


def _overlap(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Two places' own rules may share a phrasing: the place decides between them."""
    return not some or not others or bool(set(some) & set(others))


def _change(
    tx: Transaction,
    entry: Entry,
    status: Status,
    action: str,
    content: Content,
    by: str,
    reason: str = "",
) -> None:
    live = "published" in (entry.status, status)
    revision = tx.next_revision(TOPIC) if live else entry.revision
    changed = tx.execute(
        "UPDATE entry SET status = :status, version = version + 1, revision = :revision,"
        " updated_at = :now, standard_question = :standard_question,"
        " standard_answer = :standard_answer, stage = :stage, region = :region,"
        " effective_from = :effective_from, expires_on = :expires_on, hands_over = :hands_over"
        " WHERE id = :id AND version = :version",
        id=entry.id,
        status=status,
        version=entry.version,
        revision=revision,
        now=tx.now,
        **_columns(content),
    )
    if not changed:
        raise EntryConflict("这个条目刚刚被别人修改过，请刷新后再试。")
    if content != entry.content:
        tx.execute("DELETE FROM phrasing WHERE entry_id = :id", id=entry.id)
        tx.execute("DELETE FROM entry_source WHERE entry_id = :id", id=entry.id)
        _write_parts(tx, entry.id, content)
    _record(tx, entry.id, entry.version + 1, action, content, by, reason)
    tx.announce("curation")


def _columns(content: Content) -> dict[str, Any]:
    return {
        "standard_question": content.standard_question,
        "standard_answer": content.standard_answer,
        "stage": content.stage,
        "region": content.region,
        "effective_from": content.effective_from,
        "expires_on": content.expires_on,
        "hands_over": int(content.hands_over),
    }


def _write_parts(tx: Transaction, entry_id: str, content: Content) -> None:
    texts = (content.standard_question, *content.similar_questions)
    tx.insert_many(
        "phrasing",
        [
            {"entry_id": entry_id, "position": n, "text": text, "key": phrasing_key(text)}
            for n, text in enumerate(texts)
        ],
    )
    tx.insert_many(
        "entry_source",
        [
            {
                "entry_id": entry_id,
                "position": n,
                "title": source.title,
                "document_number": source.document_number,
                "clause": source.clause,
                "issuer": source.issuer,
                "region": source.region,
                "effective_from": source.effective_from,
            }
            for n, source in enumerate(content.sources)
        ],
    )


def _record(
    tx: Transaction,
    entry_id: str,
    version: int,
    action: str,
    content: Content,
    by: str,
    reason: str = "",
) -> None:
    tx.insert(
        "entry_version",
        entry_id=entry_id,
        version=version,
        action=action,
        content=encode(content),
        by=by,
        at=tx.now,
        reason=_plain(reason),
    )
