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
DATES = ("issued_on", "effective_from", "expires_on")


def take_given(
    parsed: ParsedDocument, given: Mapping[str, str], gazetteer: Gazetteer
) -> ParsedDocument:
    """The document with the given fields (see FIELDS; empty ones are ignored) in place of its own.

    A region is a name or a code; for the rest see `read_given`. Raises DocumentIncomplete on a
    value that is none, and UnknownRegion.
    """
    values = read_given({name: text for name, text in given.items() if text.strip()})
    if "region" in values:
        values["region"] = gazetteer.find(values["region"]).code
    questions = tuple(each for each in parsed.questions if each.field not in values)
    changes: dict[str, Any] = {**values, "given": tuple(values), "questions": questions}
    if "region" in values:
        changes["region_name"] = gazetteer.path(values["region"])
    return replace(parsed, **changes)


def read_given(given: Mapping[str, str]) -> dict[str, str]:
    """What a person typed for fields (see FIELDS), as it is stored; "" stays "".

    A date is 2024-04-30 or 2024年4月30日; `expires_on` is the first day on which the document is
    not in force. A region stays as typed. Raises DocumentIncomplete on a value that is none.
    """
    values = {name: text.strip() for name, text in given.items()}
    for name, text in values.items():
        if name not in FIELDS:
            raise ValueError(f"no field of a document: {name}")
        if name in DATES and text:
            values[name] = _date(name, text)
    if values.get("number"):
        values["number"] = canonical_number(values["number"])
    return values


def check_complete(parsed: ParsedDocument) -> None:
    """Refuse a document that cannot be put to use: without a title, or with its region open."""
    needed = [each for each in parsed.questions if each.field in ("title", "region")]
    if needed:
        raise DocumentIncomplete("".join(each.question for each in needed))
    check_dates(parsed.effective_from, parsed.expires_on)


def check_dates(effective_from: str | None, expires_on: str | None) -> None:
    """Refuse a document that would end before it begins. Raises DocumentIncomplete."""
    if effective_from and expires_on and expires_on <= effective_from:
        raise DocumentIncomplete(
            f"失效日期（{expires_on}）不晚于施行日期（{effective_from}），请核对。"
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
