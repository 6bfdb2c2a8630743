"""Sign-in, queue and ticket as a browser without scripts sees them."""

import re

import httpx
import pytest

from handoff.accounts import disable_staff
from handoff.conversations import load_messages
from handoff.desk.context import Desk
from handoff.tickets import get_ticket
from tests.desk_house import PASSWORD, ask, browse, make_app, sign_in

pytest_plugins = ["tests.desk_fixtures"]


async def test_a_page_asks_who_is_there_and_goes_on_to_where_one_wanted(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/desk/?tab=mine")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/desk/login?next=/desk/%3Ftab%3Dmine",
    )
    form = {"name": "林晓", "password": PASSWORD, "next": "/desk/?tab=mine"}
    answer = await client.post("/desk/login", data=form)
    assert answer.headers["location"] == "/desk/?tab=mine"
    page = await client.get("/desk/?tab=mine")
    assert page.status_code == 200
    assert "林晓" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "target", ["https://evil.test/desk/", "//evil.test/desk/", "/desk/\\evil", "//[", "http://[/"]
)
async def test_sign_in_leads_nowhere_else(client: httpx.AsyncClient, target: str) -> None:
    assert (await client.get("/desk/login", params={"next": target})).status_code == 200
    form = {"name": "林晓", "password": PASSWORD, "next": target}
    answer = await client.post("/desk/login", data=form)
    assert answer.headers["location"] == "/desk/"


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        ("{home}/desk/me?done=saved", "/desk/me"),
        ("http://evil.test/desk/me", "/desk/"),
        ("http://[", "/desk/"),
    ],
)
async def test_a_form_of_one_who_is_signed_out_leads_back_to_its_page(
    client: httpx.AsyncClient, referrer: str, page: str
) -> None:
    headers = {"Referer": referrer.format(home=str(client.base_url).rstrip("/"))}
    answer = await client.post("/desk/me", data={"action": "duty-on"}, headers=headers)
    assert answer.headers["location"] == f"/desk/login?next={page}"


async def test_a_wrong_password_keeps_the_name_and_many_of_them_pause(
    client: httpx.AsyncClient,
) -> None:
    for _ in range(5):
        answer = await client.post("/desk/login", data={"name": "林晓", "password": "wrong"})
        assert answer.status_code == 401
        assert "姓名或密码不对" in answer.text
        assert 'value="林晓"' in answer.text
    answer = await client.post("/desk/login", data={"name": "林晓", "password": PASSWORD})
    assert answer.status_code == 429
    assert "5 分钟" in answer.text


async def test_a_form_of_another_site_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "林晓")
    ticket = await desk.database.write(ask)
    answer = await client.post(
        f"/desk/tickets/{ticket.number}",
        data={"action": "claim"},
        headers={"Origin": "http://evil.test"},
    )
    assert answer.status_code == 403
    assert (await desk.database.read(get_ticket, ticket.id)).status == "open"


async def test_signing_out_ends_the_session(client: httpx.AsyncClient) -> None:
    await sign_in(client, "林晓")
    cookies = dict(client.cookies)
    await client.post("/desk/logout")
    client.cookies.update(cookies)
    assert (await client.get("/desk/")).status_code == 303


async def test_the_queue_shows_what_one_may_see_the_most_urgent_first(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await desk.database.write(ask, "电话13812345678的第一个问题")
    await desk.database.write(ask, "<script>alert(1)</script>")
    await desk.database.write(ask, "乳山的问题", "371083")

    page = (await (await sign_in(client, "林晓")).get("/desk/")).text
    assert "138****5678" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "乳山的问题" not in page
    assert page.index("第一个问题") < page.index("alert(1)")
    found = (await client.get("/desk/", params={"q": "第一个"})).text
    assert "alert(1)" not in found
    assert "没有找到" in (await client.get("/desk/", params={"q": "100%"})).text


async def test_a_ticket_from_claim_to_candidate_by_plain_forms(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    ticket = await desk.database.write(ask, "我是王小明，厂房改造能退图审费吗")
    await sign_in(client, "林晓")
    address = f"/desk/tickets/{ticket.number}"

    async def press(**fields: str) -> httpx.Response:
        return await client.post(address, data=fields)

    assert (await press(action="claim")).headers["location"] == f"{address}?done=claimed"
    refused = await press(action="say", text="  ")
    assert refused.status_code == 422
    assert "内容是空的" in refused.text
    await press(action="say", text="查一下方案", private="1")
    for _ in range(2):  # the second is a repeat of a slow network
        said = await press(action="say", text="您好，可以申请退费。\r\n请带发票。", key="page-1")
        assert said.status_code == 303
    assert (await press(action="resolve")).status_code == 303

    messages = await desk.database.read(load_messages, ticket.conversation_id, private=True)
    assert [(each.author, each.private) for each in messages] == [
        ("asker", False),
        ("manager", True),
        ("manager", False),
        ("system", False),
    ]
    assert messages[2].text == "您好，可以申请退费。\n请带发票。"
    form = (await client.get(f"{address}/candidate")).text
    assert ">可以申请退费。" in form
    assert "王小明" not in form
    empty = {"standard_question": " ", "similar_questions": "怎么退", "answer": "可以申请退费。"}
    refused = await client.post(f"{address}/candidate", data=empty)
    assert refused.status_code == 422
    assert "怎么退" in refused.text
    proposed = await client.post(
        f"{address}/candidate", data={**empty, "standard_question": "图审费能退吗？"}
    )
    assert proposed.status_code == 303
    assert "查看待审条目" in (await client.get(address)).text


async def test_a_page_that_sends_twice_is_heard_once(client: httpx.AsyncClient, desk: Desk) -> None:
    ticket = await desk.database.write(ask)
    await sign_in(client, "林晓")
    address = f"/desk/tickets/{ticket.number}"

    async def key_of_page() -> str:
        found = re.search(r'name="key" value="(\w+)"', (await client.get(address)).text)
        assert found is not None
        return found[1]

    first, second = await key_of_page(), await key_of_page()
    for key, text, private in (
        (first, "可以退费。", ""),
        (first, "可以退费。", ""),  # pressed again
        (first, "请带发票。", ""),  # went back to the page and wrote anew
        (first, "请带发票。", "1"),
        (second, "可以退费。", ""),  # said again on purpose
    ):
        form = {"action": "say", "key": key, "text": text, "private": private}
        assert (await client.post(address, data=form)).status_code == 303

    messages = await desk.database.read(load_messages, ticket.conversation_id, private=True)
    assert [(each.text, each.private) for each in messages[1:]] == [
        ("可以退费。", False),
        ("请带发票。", False),
        ("请带发票。", True),
        ("可以退费。", False),
    ]


async def test_who_is_slower_is_told_and_keeps_what_they_wrote(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    ticket = await desk.database.write(ask)
    address = f"/desk/tickets/{ticket.number}"
    async with browse(make_app(desk)) as other:
        await (await sign_in(other, "陈工")).post(address, data={"action": "claim"})
    await sign_in(client, "林晓")
    answer = await client.post(address, data={"action": "say", "text": "我写了很久的答复"})
    assert answer.status_code == 409
    assert "已由陈工受理" in answer.text
    assert "我写了很久的答复</textarea>" in answer.text
    answer = await client.post(address, data={"action": "claim"})
    assert answer.status_code == 409


async def test_another_places_ticket_is_not_there(client: httpx.AsyncClient, desk: Desk) -> None:
    ticket = await desk.database.write(ask)
    await sign_in(client, "乳山管家")
    for suffix in ("", "/candidate"):
        answer = await client.get(f"/desk/tickets/{ticket.number}{suffix}")
        assert answer.status_code == 404
        assert "不属于您负责的地区" in answer.text
    answer = await client.post(f"/desk/tickets/{ticket.number}", data={"action": "claim"})
    assert answer.status_code == 404


async def test_a_leader_reads_without_numbers_and_can_do_nothing(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    ticket = await desk.database.write(ask, "电话13812345678，能退费吗")
    await sign_in(client, "赵主任")
    page = (await client.get(f"/desk/tickets/{ticket.number}")).text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert 'name="action"' not in page
    answer = await client.post(f"/desk/tickets/{ticket.number}", data={"action": "claim"})
    assert answer.status_code == 403


async def test_transfer_and_escalation_ask_for_what_they_need(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    ticket = await desk.database.write(ask)
    address = f"/desk/tickets/{ticket.number}"
    await sign_in(client, "林晓")
    await client.post(address, data={"action": "claim"})
    page = (await client.get(address)).text
    assert '<option value="陈工">' in page
    assert "乳山管家" not in page
    assert "没有在岗的工改办" not in page
    await desk.database.write(disable_staff, "市工改办")
    assert "没有在岗的工改办" in (await client.get(address)).text
    assert "请选择" in (await client.post(address, data={"action": "transfer", "to": ""})).text
    refused = await client.post(address, data={"action": "escalate", "reason": " "})
    assert refused.status_code == 422
    assert "请写明上报的原因" in refused.text
    assert (
        await client.post(address, data={"action": "escalate", "reason": "没有口径"})
    ).is_redirect
    assert "没有口径" in (await client.get(address)).text
    assert (await client.post(address, data={"action": "nonsense"})).status_code == 422
