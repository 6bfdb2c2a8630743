"""What no reader, no database and no calendar can take, over the staff's calls and as a name."""

import json
from typing import Any

import pytest

from handoff.errors import Invalid, TooManyTries
from handoff.staff import add_staff, load_credentials, open_session, record_failure
from storage import Database, Transaction
from tests.staff_office import ENTRY, Office

pytest_plugins = ["tests.staff_fixtures"]


def _json(**body: Any) -> dict[str, Any]:
    """A body that says half a surrogate as JSON can, by its number."""
    return {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}


@pytest.mark.parametrize("odd", ["\x00", "\ud83d"])
async def test_what_no_database_keeps_is_no_fault_of_ours(staffed: Office, odd: str) -> None:
    number, text = (await staffed.ticket("answered")).number, "前" + odd
    entry = (await staffed.call("周编", "POST", "/faq/entries", json=ENTRY)).json()["id"]
    calls: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("nobody", "POST", "/staff/login", _json(name=text, password=text)),
        ("林晓", "POST", f"/tickets/{number}/messages", _json(text=text)),
        ("林晓", "POST", f"/tickets/{number}/transfer", _json(to=text)),
        (
            "林晓",
            "POST",
            f"/tickets/{number}/candidate",
            _json(standard_question=text, answer=text, similar_questions=[text]),
        ),
        ("林晓", "POST", f"/tickets/{number}/escalate", _json(reason=text)),
        ("周编", "POST", "/faq/entries", _json(**{**ENTRY, "answer": text})),
        ("周编", "PATCH", f"/faq/entries/{entry}", _json(stage=text)),
        ("周编", "POST", f"/faq/entries/{entry}/publish", {}),
        ("周编", "POST", f"/faq/entries/{entry}/retract", _json(reason=text)),
        ("周编", "POST", f"/policies/{entry}/revoke", _json(reason=text)),
        ("周编", "POST", f"/policies/{entry}/replace", _json(by=text)),
    )
    for who, method, path, request in calls:
        answer = await staffed.call(who, method, path, **request)
        assert answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/tickets?q=%00",
        "/tickets/%00",
        "/tickets/x%00/attachments/%00",
        "/faq/entries?q=%00",
        "/faq/entries/%00",
        "/policies?q=%00",
        "/policies/%00",
        "/report?from=%00",
    ],
)
async def test_an_address_with_what_no_database_keeps_finds_nothing(
    staffed: Office, path: str
) -> None:
    answer = await staffed.call("管理员", "GET", path)
    assert answer.status_code in (200, 404, 422), answer.text


async def test_a_clock_that_was_put_back_keeps_nobody_out(database: Database) -> None:
    for _ in range(5):
        await database.write(record_failure, "林晓")
    with pytest.raises(TooManyTries):
        await database.read(load_credentials, "林晓")
    await database.write(Transaction.execute, "UPDATE sign_in_failure SET last_at = last_at * 2")
    assert await database.read(load_credentials, "林晓") is None  # no pause; no such account either
    await database.write(record_failure, "林晓")
    failures = "SELECT failures FROM sign_in_failure"
    assert await database.read(Transaction.value, failures) == 1


async def test_of_many_guesses_at_once_none_gets_in_after_the_free_ones(staffed: Office) -> None:
    database, name = staffed.desk.database, "林晓"
    await database.read(load_credentials, name)  # the right guess begins to be compared
    for _ in range(5):  # and is overtaken by wrong ones
        await database.write(record_failure, name)
    with pytest.raises(TooManyTries):
        await database.write(open_session, staffed.people[name].id)


@pytest.mark.parametrize("name", ["", " \n ", "林\u202e晓", "林晓\u200b", "林\x00晓", "林" * 41])
async def test_a_name_that_nobody_can_read_is_refused(database: Database, name: str) -> None:
    with pytest.raises(Invalid, match="姓名"):
        await database.write(add_staff, name, "manager", "350404", "unused")


async def test_a_name_has_one_line(database: Database) -> None:
    staff = await database.write(add_staff, " 林\n 晓 ", "manager", "350404", "unused")
    assert staff.name == "林 晓"
