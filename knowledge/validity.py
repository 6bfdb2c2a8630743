"""How long a policy document is in force: dates corrected, replaced by a newer one, revoked."""

from collections.abc import Mapping

from knowledge.documents import (
    STATUS_NAMES,
    TOPIC,
    Document,
    Status,
    change_fields,
    get_document,
    write_log,
)
from knowledge.errors import DocumentConflict, DocumentIncomplete
from knowledge.given import check_dates, read_given
from storage import Row, Transaction

CORRECTABLE = ("number", "issuer", "issued_on", "effective_from", "expires_on")
"""What can be put right of a document in force; its title and region say which document it is."""


def correct_document(
    tx: Transaction, document_id: str, given: Mapping[str, str], revision: int, by: str
) -> Document:
    """Put these fields of a document right ("": the file does not say), from now on.

    `revision` is that of the document which was looked at. What it has replaced ends when it
    begins, also when that day changes. Raises DocumentNotFound, DocumentIncomplete for a value
    that is none or dates that cannot be, DocumentConflict when it is out of force or was changed
    meanwhile.
    """
    tx.hold(TOPIC)
    document = get_document(tx, document_id)
    _check_active(document)
    if document.revision != revision:
        raise DocumentConflict("这份文件刚刚被改过。您填写的内容还在，请核对后再保存。")
    values = {name: text or None for name, text in read_given(given).items()}
    if not values.keys() <= set(CORRECTABLE):
        raise ValueError(f"not to be corrected: {sorted(values)}")
    changes = {name: text for name, text in values.items() if text != getattr(document, name)}
    corrected = change_fields(tx, document, changes, by)
    check_dates(corrected.starts_on, corrected.expires_on)
    if corrected.starts_on != document.starts_on:
        _move_ends(tx, document, corrected, by)
    return corrected


def _move_ends(tx: Transaction, before: Document, after: Document, by: str) -> None:
    """The documents that it replaced end on its new first day, unless they end before."""
    for row in tx.all("SELECT id FROM document WHERE replaced_by = :id", id=after.id):
        old = get_document(tx, row["id"])
        if after.starts_on is None:
            raise DocumentIncomplete(f"它替代了《{old.title}》，施行日期和成文日期不能都不写。")
        follows = old.expires_on is None or old.expires_on == before.starts_on
        ends = after.starts_on if follows else min(str(old.expires_on), after.starts_on)
        if ends != old.expires_on:
            change_fields(tx, old, {"expires_on": ends}, by)


def replace_document(tx: Transaction, old_id: str, new_id: str, by: str) -> Document:
    """Let a newer document take the place of an old one, from the newer one's first day on.

    Raises DocumentNotFound, DocumentConflict when one of them is out of force already, and
    DocumentIncomplete when the newer one has no date.
    """
    tx.hold(TOPIC)
    old, new = get_document(tx, old_id), get_document(tx, new_id)
    if old_id == new_id:
        raise DocumentConflict("一份文件不能替代它自己。")
    for document in (old, new):
        _check_active(document)
    if new.starts_on is None:
        raise DocumentIncomplete(
            "新文件没有施行日期，也没有成文日期，不知道从哪天起替代。请先在它的页面上补上日期。"
        )
    last = min(old.expires_on, new.starts_on) if old.expires_on else new.starts_on
    _set_status(tx, old_id, "replaced", by, new.title, replaced_by=new_id, expires_on=last)
    return get_document(tx, old_id)


def revoke_document(tx: Transaction, document_id: str, by: str, reason: str = "") -> Document:
    """Take a document out of force at once. Raises DocumentNotFound, DocumentConflict."""
    tx.hold(TOPIC)
    document = get_document(tx, document_id)
    _check_active(document)
    _set_status(tx, document_id, "revoked", by, reason)
    return get_document(tx, document_id)


def _check_active(document: Document) -> None:
    if document.status != "active":
        raise DocumentConflict(f"《{document.title}》{STATUS_NAMES[document.status]}。")


def _set_status(
    tx: Transaction, document_id: str, status: Status, by: str, detail: str, **changes: str
) -> None:
    columns = {**changes, "status": status, "revision": tx.next_revision(TOPIC)}
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    tx.execute(
        f"UPDATE document SET {assignments} WHERE id = :id",
        id=document_id,
        **columns,
    )
    write_log(tx, document_id, status, detail, by)


def load_document_log(tx: Transaction, document_id: str) -> list[Row]:
    """What was done with a document: action, detail, by, at; newest first."""
    return tx.all(
        "SELECT action, detail, by, at FROM document_log WHERE document_id = :id"
        " ORDER BY at DESC, id",
        id=document_id,
    )
