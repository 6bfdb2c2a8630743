"""Policy files as they are uploaded: read, recognised, imported or asked about."""

import asyncio
import base64
import binascii
from dataclasses import dataclass, field

from faq.errors import FaqError
from handoff.desk.context import Desk
from handoff.desk.forms import Form
from handoff.desk.uploads import read_upload
from handoff.errors import HandoffError, Invalid
from handoff.staff import Staff
from knowledge.documents import Document, Imported, import_document
from knowledge.errors import DocumentIncomplete, KnowledgeError
from knowledge.fields import OpenQuestion
from knowledge.given import FIELDS, check_complete, take_given
from knowledge.parsing import ParsedDocument, parse_document
from retrieval.places import UnknownRegion

_LARGEST_CARRIED = 5 * 1024 * 1024


@dataclass(slots=True)
class Outcome:
    """What came of one file. `carried`: its content for the form that answers the questions."""

    name: str
    summary: str = ""
    error: str = ""
    document: Document | None = None
    alike: Document | None = None
    questions: tuple[OpenQuestion, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    carried: str = ""

    @property
    def open_fields(self) -> dict[str, OpenQuestion]:
        return {each.field: each for each in self.questions}


async def import_files(desk: Desk, form: Form, me: Staff) -> list[Outcome]:
    """Import the files of a form one by one; a refused one does not hold back the others.

    Raises Invalid when there is none.
    """
    files = [await read_upload(each) for each in form.files("file")]
    if not files and form.text("carried"):
        files = [(_decode(form.text("carried")), form.line("name") or "文件")]
    if not files:
        raise Invalid("请先选择文件。")
    given = {name: form.line(name) for name in FIELDS} if len(files) == 1 else {}
    return [await _import(desk, data, name, given, me) for data, name in files]


async def import_policy(
    desk: Desk, data: bytes, name: str, given: dict[str, str], me: Staff
) -> Imported:
    """Read a file, off the loop and outside any transaction, store it, and make it citable.

    Raises UnreadableDocument, DocumentIncomplete, UnknownRegion.
    """
    parsed = await asyncio.to_thread(_parse, desk, data, name, given)
    check_complete(parsed)
    return await _store(desk, parsed, me)


async def _import(desk: Desk, data: bytes, name: str, given: dict[str, str], me: Staff) -> Outcome:
    outcome = Outcome(name, values=dict(given))
    try:
        parsed = await asyncio.to_thread(_parse, desk, data, name, {})
        outcome.questions = parsed.questions
        outcome.values = {**_values(desk, parsed), **{k: v for k, v in given.items() if v}}
        parsed = take_given(parsed, given, desk.live.gazetteer)
        outcome.questions = parsed.questions
        check_complete(parsed)
        imported = await _store(desk, parsed, me)
    except (KnowledgeError, HandoffError, FaqError, UnknownRegion) as error:
        outcome.error = str(error)
        if isinstance(error, DocumentIncomplete | UnknownRegion):
            outcome.carried = _carry(data)
        return outcome
    outcome.summary, outcome.document = imported.summary(), imported.document
    outcome.alike = imported.alike if imported.added else None
    if outcome.questions:
        outcome.carried = _carry(data)
    return outcome


def _parse(desk: Desk, data: bytes, name: str, given: dict[str, str]) -> ParsedDocument:
    return take_given(parse_document(data, name, desk.live.gazetteer), given, desk.live.gazetteer)


async def _store(desk: Desk, parsed: ParsedDocument, me: Staff) -> Imported:
    imported = await desk.database.write(import_document, parsed, me.name)
    await desk.live.refresh()
    return imported


def _values(desk: Desk, parsed: ParsedDocument) -> dict[str, str]:
    """What was recognised, as a person would type it."""
    values = {name: getattr(parsed, name) or "" for name in FIELDS}
    if parsed.region is not None:
        values["region"] = desk.live.gazetteer[parsed.region].name
    return values


def _carry(data: bytes) -> str:
    return base64.b64encode(data).decode() if len(data) <= _LARGEST_CARRIED else ""


def _decode(carried: str) -> bytes:
    try:
        return base64.b64decode(carried, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("文件内容没有传完整，请重新选择文件。") from error
