"""The staff's JSON calls on both databases: who may do what, where, and in which state."""

import io
from typing import Any

import httpx
import openpyxl
import pytest

from handoff import actions
from handoff.conversations import Attachment, NewMessage, keep_attachment, record_message
from handoff.tickets import get_ticket
from retrieval.passages import Scope
from storage import Transaction
from tests.desk_house import PASSWORD, ask
from tests.staff_office import ENTRY, Office

pytest_plugins = ["tests.staff_fixtures"]

ROLES = ("nobody", "林晓", "陈工", "乳山管家", "市工改办", "周编", "赵主任", "管理员")
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("", {}),
    "claim": ("/claim", {}),
    "reply": ("/messages", {"text": "可以"}),
    "note": ("/messages", {"text": "查一下", "private": True}),
    "transfer": ("/transfer", {"to": "陈工"}),
    "escalate": ("/escalate", {"reason": "没有口径"}),
    "resolve": ("/resolve", {}),
    "reopen": ("/reopen", {}),
    "candidate": ("/candidate", {"standard_question": "能退吗？", "answer": "能。"}),
}
# One status per role, in the order of ROLES. 林晓 holds what is claimed.
EXPECTED: dict[str, dict[str, str]] = {
    "open": {
        "get": "401 200 200 404 200 200 200 200",
        "claim": "401 200 200 404 200 403 403 200",
        "reply": "401 201 201 404 201 403 403 201",
        "note": "401 201 201 404 201 403 403 201",
        "transfer": "401 200 200 404 200 403 403 200",
        "escalate": "401 200 200 404 200 403 403 200",
        "resolve": "401 422 422 404 422 403 403 422",
        "reopen": "401 409 409 404 409 403 403 409",
        "candidate": "401 409 409 404 409 409 403 409",
    },
    "claimed": {
        "get": "401 200 200 404 200 200 200 200",
        "claim": "401 200 409 404 409 403 403 409",
        "reply": "401 201 409 404 409 403 403 201",
        "note": "401 201 201 404 201 403 403 201",
        "transfer": "401 200 409 404 409 403 403 200",
        "escalate": "401 200 409 404 409 403 403 200",
        "resolve": "401 422 409 404 409 403 403 422",
        "reopen": "401 409 409 404 409 403 403 409",
    },
    "answered": {
        "resolve": "401 200 409 404 409 403 403 200",
        "candidate": "401 201 201 404 201 201 403 201",
    },
    "escalated": {
        "claim": "401 403 403 404 200 403 403 200",
        "reply": "401 403 403 404 201 403 403 201",
        "note": "401 201 201 404 201 403 403 201",
    },
    "resolved": {
        "claim": "401 409 409 404 409 403 403 409",
        "reply": "401 409 409 404 409 403 403 409",
        "resolve": "401 409 409 404 409 403 403 409",
        "reopen": "401 200 200 404 200 403 403 200",
        "candidate": "401 201 201 404 201 201 403 201",
    },
}
POLICY = """三元区项目代办服务办法
三元区人民政府办公室
元政办〔2025〕8号
第一条 代办服务不收取任何费用。
第二条 代办员应当在两个工作日内联系项目单位。
2025年3月1日
"""


@pytest.mark.parametrize("state", EXPECTED)
async def test_every_call_on_a_ticket_for_every_role_in_every_state(
    staffed: Office, state: str
) -> None:
    wrong = []
    for call, statuses in EXPECTED[state].items():
        suffix, body = CALLS[call]
        for who, status in zip(ROLES, statuses.split(), strict=True):
            ticket = await staffed.ticket(state)
            method = "GET" if call == "get" else "POST"
            request = {"json": body} if body else {}
            answer = await staffed.call(who, method, f"/tickets/{ticket.number}{suffix}", **request)
            if answer.status_code != int(status):
                wrong.append((call, who, answer.status_code, answer.text))
            elif answer.is_error:
                error = answer.json()["error"]
                assert error["code"]
                assert not error["message"].isascii()
    assert wrong == []


async def test_an_answer_sent_again_is_the_same_answer(staffed: Office) -> None:
    ticket = await staffed.ticket("open")
    body = {"text": "可以退费。", "client_id": "9f2c"}
    path = f"/tickets/{ticket.number}/messages"
    first = await staffed.call("林晓", "POST", path, json=body)
    again = await staffed.call("林晓", "POST", path, json=body)
    other = await staffed.call("林晓", "POST", path, json={**body, "client_id": "9f2d"})

    assert first.json() == again.json()
    assert first.json()["id"] != other.json()["id"]
    refused = await staffed.call("林晓", "POST", path, json={**body, "client_id": ""})
    assert refused.status_code == 422


CURATING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/faq/entries", {}),
    ("PATCH", "/faq/entries/nothing", {}),
    ("POST", "/faq/entries/nothing/publish", {}),
    ("POST", "/faq/entries/nothing/retire", {}),
    ("POST", "/faq/entries/nothing/retract", {"reason": "错"}),
    ("POST", "/faq/import", {}),
    ("POST", "/policies", {}),
    ("POST", "/policies/nothing/replace", {"by": "x"}),
    ("POST", "/policies/nothing/revoke", {}),
)


async def test_only_curators_change_what_is_known(staffed: Office) -> None:
    for method, path, body in CURATING:
        for who in ROLES:
            answer = await staffed.call(who, method, path, json=body)
            if who == "nobody":
                assert answer.status_code == 401, path
            elif who in ("周编", "管理员"):
                assert answer.status_code in (404, 422), (path, answer.text)
            else:
                assert answer.status_code == 403, (path, who)


async def test_the_queue_of_a_region_and_its_search(staffed: Office) -> None:
    own = await staffed.ticket("open")
    claimed = await staffed.ticket("claimed")

    async def numbers(who: str, **query: str) -> set[str]:
        answer = await staffed.call(who, "GET", "/tickets", params=query)
        return {each["number"] for each in answer.json()["tickets"]}

    assert await numbers("林晓") == {own.number, claimed.number}
    assert await numbers("市工改办") == {own.number, claimed.number}
    assert await numbers("乳山管家") == set()
    assert await numbers("林晓", status="open") == {own.number}
    assert await numbers("林晓", q=claimed.number) == {claimed.number}
    assert await numbers("林晓", q="没有这种事") == set()
    answer = await staffed.call("林晓", "GET", "/tickets", params={"status": "lost"})
    assert answer.status_code == 422


async def test_numbers_of_persons_are_for_those_who_answer(staffed: Office) -> None:
    ticket = await staffed.ticket("resolved")
    number = "13812345678"

    def complain(tx: Transaction) -> None:
        actions.rate(tx, ticket, 1, f"请回电{number}")
        actions.reopen(tx, get_ticket(tx, ticket.id), None, why=f"没有打{number}")

    await staffed.desk.database.write(complain)
    for who, shown in (("林晓", True), ("周编", False), ("赵主任", False)):
        whole = await staffed.call(who, "GET", f"/tickets/{ticket.number}")
        assert (number in whole.text) == shown, who
        assert (await staffed.call(who, "GET", "/tickets")).text.count(number) == 0, who


async def test_an_attachment_is_for_those_who_answer(staffed: Office) -> None:
    ticket = await staffed.ticket("open")

    def attach(tx: Transaction) -> str:
        kept = keep_attachment(
            tx, ticket.conversation_id, Attachment("图.svg", "image/svg+xml", b"<svg/>")
        )
        record_message(tx, ticket.conversation_id, NewMessage("asker", "", attachment_id=kept))
        return kept

    kept = await staffed.desk.database.write(attach)
    path = f"/tickets/{ticket.number}/attachments/{kept}"
    answer = await staffed.call("林晓", "GET", path)
    assert answer.content == b"<svg/>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    for who, status in (("nobody", 401), ("赵主任", 403), ("周编", 403), ("乳山管家", 404)):
        assert (await staffed.call(who, "GET", path)).status_code == status
    assert (await staffed.call("林晓", "GET", f"{path}x")).status_code == 404


async def test_signing_in_and_out(staffed: Office) -> None:
    body = {"name": "林晓", "password": PASSWORD}
    answer = await staffed.call("nobody", "POST", "/staff/login", json=body)
    assert answer.json()["staff"]["role_name"] == "项目管家"
    staffed.tokens["林晓"] = answer.json()["token"]
    me = await staffed.call("林晓", "GET", "/staff/me")
    assert me.json()["region"] == "三元区"
    assert (await staffed.call("林晓", "POST", "/staff/logout")).status_code == 204
    assert (await staffed.call("林晓", "GET", "/staff/me")).status_code == 401
    for name in ("林晓", "没有这个人"):
        wrong = {"name": name, "password": "wrong"}
        answer = await staffed.call("nobody", "POST", "/staff/login", json=wrong)
        assert (answer.status_code, answer.json()["error"]["message"]) == (
            401,
            "姓名或密码不对，请重新输入。",
        )


async def test_an_entry_from_draft_to_retraction(staffed: Office) -> None:
    made = await staffed.call("周编", "POST", "/faq/entries", json=ENTRY)
    assert made.status_code == 201
    entry = made.json()
    assert (entry["status"], entry["region"]) == ("draft", "三元区")
    path = f"/faq/entries/{entry['id']}"

    published = await staffed.call("周编", "POST", f"{path}/publish")
    assert published.json()["published_by"] == "周编"
    assert staffed.desk.live.library.search("审图费退不退", _everywhere())
    changed = await staffed.call("周编", "PATCH", path, json={"answer": "可以退。"})
    assert changed.json()["answer"] == "可以退。"
    assert changed.json()["similar_questions"] == ENTRY["similar_questions"]
    twin = await staffed.call("周编", "POST", "/faq/entries", json=ENTRY)
    conflict = await staffed.call("周编", "POST", f"/faq/entries/{twin.json()['id']}/publish")
    assert conflict.status_code == 409

    unreasoned = await staffed.call("周编", "POST", f"{path}/retract", json={"reason": " "})
    assert unreasoned.status_code == 422
    taken = await staffed.call("周编", "POST", f"{path}/retract", json={"reason": "口径变了"})
    assert taken.json()["status"] == "retired"
    assert not staffed.desk.live.library.search("审图费退不退", _everywhere())
    read = (await staffed.call("林晓", "GET", path)).json()
    assert [row["action"] for row in read["history"]] == [
        "retracted",
        "edited",
        "published",
        "created",
    ]
    listed = await staffed.call("林晓", "GET", "/faq/entries", params={"status": "retired"})
    assert listed.json()["total"] == 1


BAD_CHANGES: tuple[dict[str, Any], ...] = (
    {"standard_question": ""},
    {"answer": " "},
    {"region": "不存在的地方"},
    {"stage": "别的阶段"},
    {"effective_from": "明天"},
    {"effective_from": "2026-02-01", "expires_on": "2026-01-01"},
    {"sources": [{"title": "某某办法", "effective_from": "2026-13-01"}]},
    {"similar_questions": "不是列表"},
    {"answer": "答" * 3001},
)


async def test_what_an_entry_may_not_hold(staffed: Office) -> None:
    for change in BAD_CHANGES:
        answer = await staffed.call("周编", "POST", "/faq/entries", json={**ENTRY, **change})
        assert answer.status_code == 422, (change, answer.text)
    listed = await staffed.call("周编", "GET", "/faq/entries")
    assert listed.json()["total"] == 0


async def test_a_page_beyond_all_numbers_is_refused(staffed: Office) -> None:
    for offset, status in (("1000000", 200), ("9" * 30, 422), ("-1", 422)):
        answer = await staffed.call("周编", "GET", "/faq/entries", params={"offset": offset})
        assert answer.status_code == status, offset


async def test_a_search_takes_every_character_as_it_is(staffed: Office) -> None:
    ticket = await staffed.ticket("open")
    await staffed.call("周编", "POST", "/faq/entries", json={**ENTRY, "answer": "收取50%_!。"})
    for query, found in (("%", 1), ("50%_!", 1), ("5_%", 0), ("图%费", 0), ("审图费退不退", 1)):
        listed = await staffed.call("周编", "GET", "/faq/entries", params={"q": query})
        assert listed.json()["total"] == found, query
    for query, numbers in (("%", []), ("_", []), (ticket.number[:8], [ticket.number])):
        listed = await staffed.call("林晓", "GET", "/tickets", params={"q": query})
        assert [each["number"] for each in listed.json()["tickets"]] == numbers, query


async def test_a_candidate_is_a_matter_of_its_place_until_it_is_published(staffed: Office) -> None:
    number = (await staffed.ticket("answered")).number
    draft = {"standard_question": "围墙谁来修？", "answer": "业主自己修。"}
    made = await staffed.call("林晓", "POST", f"/tickets/{number}/candidate", json=draft)
    path = f"/faq/entries/{made.json()['id']}"

    async def found(who: str) -> tuple[int, int, bool]:
        listed = (await staffed.call(who, "GET", "/faq/entries", params={"q": "围墙"})).json()
        login = {"Authorization": f"Bearer {staffed.tokens[who]}"}
        page = await staffed.client.get("/desk/curation", params={"q": "围墙"}, headers=login)
        entry = await staffed.client.get(
            f"/desk/curation{path.removeprefix('/faq')}", headers=login
        )
        status = (await staffed.call(who, "GET", path)).status_code
        assert (entry.status_code, "业主自己修" in entry.text) == (status, status == 200)
        return listed["total"], status, "围墙谁来修" in page.text

    readers = ("林晓", "陈工", "市工改办", "赵主任", "周编", "管理员")
    assert {who: await found(who) for who in readers} == dict.fromkeys(readers, (1, 200, True))
    assert await found("乳山管家") == (0, 404, False)
    assert (await staffed.call("乳山管家", "GET", "/faq/export")).status_code == 403
    await staffed.call("周编", "POST", f"{path}/publish")
    assert await found("乳山管家") == (1, 200, True)


async def test_what_is_exported_comes_in_again_unchanged(staffed: Office) -> None:
    await staffed.call("周编", "POST", "/faq/entries", json={**ENTRY, "answer": "=1+1"})
    for format in ("xlsx", "csv", "json"):
        sheet = await staffed.call("周编", "GET", "/faq/export", params={"format": format})
        files = {"file": (f"library.{format}", sheet.content)}
        answer = await staffed.call("周编", "POST", "/faq/import", files=files)
        assert (answer.json()["unchanged"], answer.json()["changed"]) == (1, 0), answer.text

    book = openpyxl.Workbook()
    book.active.append(["标准问", "标准答复", "地区"])  # type: ignore[union-attr]
    book.active.append(["能不能加急？", "可以。", "火星"])  # type: ignore[union-attr]
    data = io.BytesIO()
    book.save(data)
    files = {"file": ("new.xlsx", data.getvalue())}
    preview = await staffed.call("周编", "POST", "/faq/import?preview=1", files=files)
    assert preview.json()["problems"][0]["row"] == 2
    assert (await staffed.call("周编", "POST", "/faq/import", files=files)).status_code == 422
    assert (await staffed.call("周编", "GET", "/faq/entries")).json()["total"] == 1


async def test_a_policy_from_import_to_revocation(staffed: Office) -> None:
    async def bring_in(text: str, **fields: str) -> httpx.Response:
        files = {"file": ("办法.txt", text.encode("gb18030"))}
        return await staffed.call("周编", "POST", "/policies", files=files, data=fields)

    first = await bring_in(POLICY, region="三元区")
    assert first.status_code == 201, first.text
    assert first.json()["added"]
    document = first.json()["policy"]
    assert document["region"] == "三元区"
    assert not (await bring_in(POLICY, region="三元区")).json()["added"]

    read = (await staffed.call("赵主任", "GET", f"/policies/{document['id']}")).json()
    assert {"第一条", "第二条"} <= {clause["label"] for clause in read["clauses"]}
    assert staffed.desk.live.library.search("代办服务收取费用吗", _everywhere())

    newer = await bring_in(
        POLICY.replace("两个", "三个"), region="三元区", number="元政办〔2026〕1号"
    )
    path = f"/policies/{document['id']}"
    replaced = await staffed.call(
        "周编", "POST", f"{path}/replace", json={"by": newer.json()["policy"]["id"]}
    )
    assert replaced.json()["status"] == "replaced", replaced.text
    assert (await staffed.call("周编", "POST", f"{path}/revoke", json={})).status_code == 409
    path = f"/policies/{newer.json()['policy']['id']}"
    assert (await staffed.call("周编", "POST", f"{path}/revoke")).json()["status"] == "revoked"
    assert (
        await staffed.call("周编", "GET", "/policies", params={"status": "lost"})
    ).status_code == 422
    listed = await staffed.call(
        "周编", "GET", "/policies", params={"status": "replaced", "region": "三元区"}
    )
    assert [each["id"] for each in listed.json()["policies"]] == [document["id"]]


async def test_a_file_that_is_none_is_refused_and_nothing_is_written(staffed: Office) -> None:
    for name, data in (("空.txt", b""), ("坏.docx", b"PK\x03\x04broken"), ("图.pdf", b"not a pdf")):
        answer = await staffed.call("周编", "POST", "/policies", files={"file": (name, data)})
        assert answer.status_code == 422, name
        assert not answer.json()["error"]["message"].isascii()
    assert (
        await staffed.call("周编", "POST", "/policies", data={"title": "无"})
    ).status_code == 422
    assert (await staffed.call("周编", "GET", "/policies")).json() == {"policies": []}


async def test_the_figures_are_those_of_ones_region(staffed: Office) -> None:
    await staffed.ticket("answered")
    await staffed.desk.database.write(ask, "乳山的问题", "371083")

    async def opened(who: str) -> int:
        answer = await staffed.call(who, "GET", "/report")
        return int(answer.json()["tickets"]["opened"])

    assert await opened("赵主任") == 1
    assert await opened("管理员") == 2
    assert await opened("乳山管家") == 1
    assert (await staffed.call("nobody", "GET", "/report")).status_code == 401
    for query in (
        {"from": "昨天"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"to": "9999-12-31"},
        {"to": "0001-01-01"},
    ):
        assert (await staffed.call("赵主任", "GET", "/report", params=query)).status_code == 422


def _everywhere() -> Scope:
    return Scope("2026-11-21")
