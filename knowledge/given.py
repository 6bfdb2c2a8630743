"""What a curator gives along with a file takes the place of what the file leaves open."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.errors import DocumentIncomplete
from knowledge.fields import canonical_number
from knowledge.numerals import only_date
from knowledge.parsing import ParsedDocument
from retrieval.places import Gazetteer

FIELDS = ("title", "number", "issuer", "region", "issued_on", "effective_from", "expires_on")
FIELD_NAMES = {
    "title": "标题",
    "number": "文号",
    "issuer": "发文机关",
    "region": "适用地区",
    "issued_on": "成文日期",
    "effective_from": "施行日期",
    "expires_on": "失效日期",
}
_DATES = ("issued_on", "effective_from", "expires_on")


def take_given(
    parsed: ParsedDocument, given: Mapping[str, str], gazetteer: Gazetteer
) -> ParsedDocument:
    """The document with the given fields (see FIELDS; empty ones are ignored) in place of its own.

    A region is a name or a code, a date 2024-04-30 or 2024年4月30日; `expires_on` is the first day
    on which the document is not in force. Raises DocumentIncomplete on a value that is none, and
    UnknownRegion.
    """
    values = {name: text.strip() for name, text in given.items() if text.strip()}
    for name in values:
        if name not in FIELDS:
            raise ValueError(f"no field of a document: {name}")
    for name in _DATES:
        if name in values:
            values[name] = _date(name, values[name])
    if "number" in values:
        values["number"] = canonical_number(values["number"])
    if "region" in values:
        values["region"] = gazetteer.find(values["region"]).code
    questions = tuple(each for each in parsed.questions if each.field not in values)
    changes: dict[str, Any] = {**values, "given": tuple(values), "questions": questions}
    if "region" in values:
        changes["region_name"] = gazetteer.path(values["region"])
    return replace(parsed, **changes)


def check_complete(parsed: ParsedDocument) -> None:
    """Refuse a document that cannot be put to use: without a title, or with its region open."""
    needed = [each for each in parsed.questions if each.field in ("title", "region")]
    if needed:
        raise DocumentIncomplete("".join(each.question for each in needed))
    if parsed.effective_from and parsed.expires_on and parsed.expires_on <= parsed.effective_from:
        raise DocumentIncomplete(
            f"失效日期（{parsed.expires_on}）不晚于施行日期（{parsed.effective_from}），请核对。"
        )


def _date(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        written = only_date(text)
    if written is None:
        raise DocumentIncomplete(
            f"{FIELD_NAMES[name]}“{text}”不是日期，请写成 2024-04-30 这样的形式。"
        )
    return written
