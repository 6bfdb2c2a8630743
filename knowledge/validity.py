"""How a policy document goes out of force: replaced by a newer one, or revoked."""

from knowledge.documents import (
    STATUS_NAMES,
    TOPIC,
    Document,
    Status,
    get_document,
    write_log,
)
from knowledge.errors import DocumentConflict, DocumentIncomplete
from storage import Row, Transaction


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
            "新文件没有施行日期，也没有成文日期，不知道从哪天起替代。请把它再导入一次，填上日期。"
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
