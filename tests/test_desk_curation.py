"""Curation, policies, figures and accounts as a browser without scripts sees them."""

import base64
import io
import re
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from faq.entries import Content, Source, get_entry, list_entries
from faq.publishing import add_entry, edit_entry, publish_entry
from faq.words import add_word, load_word_log, load_words
from handoff.desk.context import Desk
from handoff.staff import find_staff
from knowledge.documents import list_documents
from storage import Transaction
from tests.desk_house import PASSWORD, sign_in

pytest_plugins = ["tests.desk_fixtures"]

SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "350404", "2025-01-01")
FORM = {
    "standard_question": "图审费能退吗？",
    "similar_questions": "审图费退不退\r\n审图的钱能不能要回来",
    "answer": "开工前可以申请退费。",
    "stage": "施工许可",
    "region": "三元区",
    "effective_from": "2025-01-01",
    "source_title": "某某办法",
    "source_document_number": "某办发〔2025〕1号",
    "source_clause": "第三条",
    "source_issuer": "某局",
    "source_region": "三元区",
    "source_effective_from": "2025-01-01",
    "version": "0",
}
POLICY = """三元区项目代办服务办法
三元区人民政府办公室
元政办〔2025〕8号
第一条 代办服务不收取任何费用。
第二条 代办员应当在两个工作日内联系项目单位。
2025年3月1日
"""
NOWHERE = POLICY.replace("三元区", "本单位")


def publish(tx: Transaction, question: str = "旧问题？") -> str:
    entry = add_entry(tx, Content(question, "旧答复。", ("旧问法",), sources=(SOURCE,)), "周编")
    return publish_entry(tx, entry.id, "周编").id


async def test_an_entry_is_written_tried_published_and_taken_back(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await sign_in(client, "周编")
    saved = await client.post("/desk/curation/entries/new", data={**FORM, "action": "publish"})
    assert saved.status_code == 303, saved.text
    address = saved.headers["location"].partition("?")[0]
    entry = await desk.database.read(get_entry, address.rpartition("/")[2])
    assert entry.status == "published"
    assert entry.content.similar_questions == ("审图费退不退", "审图的钱能不能要回来")
    assert entry.content.sources == (SOURCE,)

    tried = (await client.get("/desk/curation/try", params={"q": "审图费退不退"})).text
    assert "图审费能退吗？" in tried
    assert "门槛" in tried
    assert "与某个问法一字不差：是" in tried
    unreasoned = await client.post(address, data={"action": "retract", "reason": " "})
    assert (unreasoned.status_code, "请写明撤回的原因" in unreasoned.text) == (422, True)
    taken = await client.post(address, data={"action": "retract", "reason": "口径变了"})
    assert taken.status_code == 303
    tried = (await client.get("/desk/curation/try", params={"q": "审图费退不退"})).text
    assert "没有找到" in tried
    assert "口径变了" in (await client.get(address)).text


async def test_what_was_typed_survives_every_refusal(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "周编")
    await desk.database.write(publish, "图审费能退吗？")
    wrong: dict[str, dict[str, str]] = {
        "没有名为": {"region": "火星", "action": "save"},
        "不是日期": {"expires_on": "2025-13-01", "action": "save"},
        "失效日期应在": {"expires_on": "2024-01-01", "action": "save"},
        "已经是条目": {"action": "publish"},
        "没有这项操作": {"action": "nonsense"},
    }
    for message, change in wrong.items():
        answer = await client.post("/desk/curation/entries/new", data={**FORM, **change})
        assert answer.status_code in (409, 422)
        assert 'role="alert"' in answer.text, message
        assert message in answer.text
        assert "审图的钱能不能要回来</textarea>" in answer.text
        assert 'value="某办发〔2025〕1号"' in answer.text
    assert (await desk.database.read(list_entries))[1] == 1


async def test_a_newer_version_of_a_colleague_is_not_overwritten_unseen(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await sign_in(client, "周编")
    entry_id = await desk.database.write(publish)
    address = f"/desk/curation/entries/{entry_id}"
    page = (await client.get(address)).text
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    began = found[1]
    theirs = Content("旧问题？", "同事的答复。", sources=(SOURCE,))
    await desk.database.write(edit_entry, entry_id, theirs, "吴编")

    answer = await client.post(address, data={**FORM, "version": began, "action": "save"})
    assert answer.status_code == 409
    assert "吴编保存了新的版本" in answer.text
    assert "审图的钱能不能要回来</textarea>" in answer.text
    assert (await desk.database.read(get_entry, entry_id)).content == theirs
    found = re.search(r'name="version" value="(\d+)"', answer.text)
    assert found is not None
    answer = await client.post(address, data={**FORM, "version": found[1], "action": "save"})
    assert answer.status_code == 303
    kept = await desk.database.read(get_entry, entry_id)
    assert kept.content.standard_answer == FORM["answer"]

    older = (await client.get(f"{address}?version=3")).text
    assert "同事的答复。</textarea>" in older
    assert "已填入第 3 版" in older


async def test_a_clause_is_picked_as_the_source(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "周编")
    files = {"file": ("办法.txt", POLICY.encode())}
    assert (await client.post("/desk/policies", files=files, data={"region": "三元区"})).is_success
    form = {**FORM, "standard_question": "代办要钱吗？", "source_title": "人工答复（工单 1）"}
    found = await client.post(
        "/desk/curation/entries/new",
        data={**form, "clause_query": "代办服务费用", "action": "find-clause"},
    )
    picked = re.search(r'value="(pick:[^"]+)"', found.text)
    assert picked is not None
    answer = await client.post("/desk/curation/entries/new", data={**form, "action": picked[1]})
    assert 'name="source_title" type="text" value="三元区项目代办服务办法"' in answer.text
    assert "人工答复（工单" not in answer.text
    assert "代办要钱吗？</textarea>" in answer.text


async def test_only_curators_see_the_editor(client: httpx.AsyncClient, desk: Desk) -> None:
    entry_id = await desk.database.write(publish)
    await sign_in(client, "林晓")
    page = (await client.get(f"/desk/curation/entries/{entry_id}")).text
    assert "旧答复。" in page
    assert 'name="action"' not in page
    for address in (
        f"/desk/curation/entries/{entry_id}",
        "/desk/curation/entries/new",
        "/desk/curation/words",
        "/desk/curation/transfer",
        "/desk/policies",
        "/desk/policies/x",
        "/desk/staff",
    ):
        assert (await client.post(address, data={"action": "save"})).status_code == 403, address
    for address in ("/desk/curation/entries/new", "/desk/curation/transfer", "/desk/staff"):
        assert (await client.get(address)).status_code == 403, address


async def test_a_word_shows_its_effect_before_it_is_kept(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await desk.database.write(publish, "蓝图会审过了还能改图吗？")
    await desk.live.refresh()
    await sign_in(client, "周编")
    form = {"word": "图会审过", "standard": ""}
    shown = (await client.post("/desk/curation/words", data={**form, "action": "preview"})).text
    assert '<span class="cut fresh">图会审过</span>' in shown
    assert (await desk.database.read(load_words))[0] == []
    for word, standard in (("要钱", "费用"), ("图会审过", "")):
        form = {"word": word, "standard": standard, "action": "add"}
        assert (await client.post("/desk/curation/words", data=form)).is_redirect
    assert (await desk.database.read(load_words))[1] == {"要钱": "费用"}
    refused = await client.post(
        "/desk/curation/words", data={"word": "费用", "standard": "费用", "action": "add"}
    )
    assert (refused.status_code, 'value="费用"' in refused.text) == (422, True)


async def test_a_word_that_goes_shows_its_effect_and_is_logged(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await desk.database.write(publish, "蓝图会审过了还能改图吗？")
    await desk.database.write(add_word, "图会审过", None, "吴编")
    await desk.database.write(add_word, "蓝图", "图纸", "吴编")
    await desk.live.refresh()
    await sign_in(client, "周编")
    page = "/desk/curation/words"
    shown = (await client.get(page, params={"remove": "图会审过"})).text
    recut = shown[shown.index('class="recuts"') :]
    assert '<span class="cut">图会审过</span>' in recut
    assert '<span class="cut fresh">' in recut
    assert "不再把“蓝图”当作“图纸”" in (await client.get(page, params={"remove": "蓝图"})).text
    assert await desk.database.read(load_words) == (["图会审过", "图纸", "蓝图"], {"蓝图": "图纸"})
    for _ in range(2):  # a colleague does the same
        assert (await client.post(page, data={"action": "remove:蓝图"})).is_redirect
    assert await desk.database.read(load_words) == (["图会审过"], {})
    log = await desk.database.read(load_word_log)
    assert [(row["by"], row["word"], row["standard"]) for row in log if row["removed"]] == [
        ("周编", "蓝图", "图纸")
    ]
    assert "删除同义词 蓝图 → 图纸" in (await client.get(page)).text
    assert (await client.get(page, params={"remove": "蓝图"})).status_code == 404


async def test_an_import_is_shown_before_it_is_done(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "周编")
    table = "标准问,标准答复\n能不能加急？,不能。\n"

    async def send(text: str, action: str) -> httpx.Response:
        files = {"file": ("新.csv", io.BytesIO(text.encode()))}
        return await client.post("/desk/curation/transfer", files=files, data={"action": action})

    preview = await send(table, "preview")
    assert "新增 1 条" in preview.text
    assert (await desk.database.read(list_entries))[1] == 0
    wrong = await send(table + "没有答复的？,\n", "preview")
    assert "第 3 行" in wrong.text
    assert (await send(table + "没有答复的？,\n", "import")).status_code == 422
    assert (await send(table, "import")).is_redirect
    assert (await desk.database.read(list_entries))[1] == 1


async def test_what_a_file_leaves_open_is_asked_and_the_file_need_not_come_again(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await sign_in(client, "周编")
    files = [
        ("file", ("办法.txt", NOWHERE.encode())),
        ("file", ("空.txt", b"")),
        ("file", ("好.txt", POLICY.encode())),
    ]
    answer = await client.post("/desk/policies", files=files)
    assert answer.status_code == 422
    assert "适用于哪个地区" in answer.text
    assert "已导入《三元区项目代办服务办法》" in answer.text
    carried = re.search(r'name="carried" value="([^"]+)"', answer.text)
    assert carried is not None
    assert base64.b64decode(carried[1]) == NOWHERE.encode()

    form = {"carried": carried[1], "name": "办法.txt", "region": "江海区"}
    done = await client.post("/desk/policies", data=form)
    assert "已导入《本单位项目代办服务办法》" in done.text, done.text
    documents = await desk.database.read(list_documents)
    assert sorted(each.region for each in documents) == ["350404", "440704"]


async def test_a_policy_goes_out_of_force(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "周编")
    for text in (POLICY, POLICY.replace("两个", "三个")):
        files = {"file": ("办法.txt", text.encode())}
        await client.post("/desk/policies", files=files, data={"region": "三元区"})
    newer, older = await desk.database.read(list_documents)
    address = f"/desk/policies/{older.id}"
    page = (await client.get(address)).text
    assert "代办服务不收取任何费用" in page
    assert "请选择新文件" in (await client.post(address, data={"action": "replace"})).text
    differences = (await client.get(address, params={"by": newer.id})).text
    assert "共 1 处" in differences
    assert "<del>两</del>个工作日" in differences
    assert "<ins>三</ins>个工作日" in differences
    assert (await client.get(address, params={"by": "nothing"})).status_code == 404
    assert (await client.post(address, data={"action": "replace", "by": newer.id})).is_redirect
    assert "替代" in (await client.get(address)).text
    refused = await client.post(address, data={"action": "revoke", "reason": "晚了"})
    assert refused.status_code == 409
    revoked = await client.post(f"/desk/policies/{newer.id}", data={"action": "revoke"})
    assert revoked.is_redirect


async def test_a_document_gets_its_dates_on_its_page(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "周编")
    await client.post("/desk/policies", files={"file": ("办法.txt", POLICY.encode())})
    (document,) = await desk.database.read(list_documents)
    address = f"/desk/policies/{document.id}"
    form = {
        "action": "correct",
        "revision": str(document.revision),
        "number": document.number or "",
    }
    wrong = await client.post(address, data={**form, "effective_from": "不详"})
    assert (wrong.status_code, 'value="不详"' in wrong.text) == (422, True)
    assert (await client.post(address, data={**form, "revision": ""})).status_code == 422
    right = {**form, "effective_from": "2025年4月1日", "expires_on": "2026-04-01"}
    assert (await client.post(address, data=right)).is_redirect
    assert "施行日期：未写明 → 2025-04-01" in (await client.get(address)).text
    (passage, *_) = desk.live.passages()
    assert (passage.effective_from, passage.expires_on) == ("2025-04-01", "2026-04-01")
    stale = await client.post(address, data={**form, "number": "甲〔2020〕1号"})
    assert (stale.status_code, "甲〔2020〕1号" in stale.text) == (409, True)


async def test_entries_whose_document_is_out_of_force_are_shown_to_be_looked_at(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await sign_in(client, "周编")
    files = {"file": ("办法.txt", POLICY.encode())}
    await client.post("/desk/policies", files=files, data={"region": "三元区"})
    (document,) = await desk.database.read(list_documents)
    source = replace(SOURCE, title=document.title, document_number=document.number or "")
    soon = (date.today() + timedelta(days=9)).isoformat()
    for content in (
        Content("代办要钱吗？", "不要。", sources=(source,)),
        Content("窗口几点开门？", "九点。", sources=(SOURCE,), expires_on=soon),
        Content("窗口几点关门？", "五点。", sources=(SOURCE,)),
    ):
        await desk.database.write(add_published, content)
    address = f"/desk/policies/{document.id}"
    page = (await client.get(address)).text
    assert "代办要钱吗？" in page
    assert "还在照它回答" not in page
    listed = (await client.get("/desk/curation", params={"status": "outdated"})).text
    assert "代办要钱吗？" not in listed
    assert "起不再回答" in listed[listed.index("窗口几点开门？") :]

    await client.post(address, data={"action": "revoke", "reason": "过时"})
    assert "还在照它回答" in (await client.get(address)).text
    listed = (await client.get("/desk/curation", params={"status": "outdated"})).text
    assert f"依据《{document.title}》已废止" in listed[listed.index("代办要钱吗？") :]
    assert "窗口几点关门？" not in listed
    assert "依据失效" in (await client.get("/desk/curation")).text


def add_published(tx: Transaction, content: Content) -> None:
    publish_entry(tx, add_entry(tx, content, "周编").id, "周编")


async def test_the_figures_say_what_they_mean(client: httpx.AsyncClient) -> None:
    await sign_in(client, "赵主任")
    page = (
        await client.get("/desk/report", params={"from": "2026-01-01", "to": "2026-01-31"})
    ).text
    assert "2026年1月1日至2026年1月31日" in page
    assert "首次答复晚于承诺时限" in page
    wrong = await client.get("/desk/report", params={"from": "昨天"})
    assert (wrong.status_code, "日期应写成" in wrong.text) == (422, True)


async def test_an_account_gets_a_password_that_is_shown_once(
    client: httpx.AsyncClient, desk: Desk
) -> None:
    await sign_in(client, "管理员")
    form = {"name": "新来的", "role": "manager", "region": "三元区", "action": "add"}
    made = await client.post("/desk/staff", data=form)
    secret = re.search(r'class="secret">([^<]+)<', made.text)
    assert secret is not None
    assert (await desk.database.read(find_staff, "新来的")).region == "350404"
    assert secret[1] not in (await client.get("/desk/staff")).text
    again = await client.post("/desk/staff", data=form)
    assert (again.status_code, 'value="新来的"' in again.text) == (409, True)

    refused = await client.post("/desk/staff", data={"action": "disable:管理员"})
    assert "不能停用自己" in refused.text
    assert (await client.post("/desk/staff", data={"action": "disable:新来的"})).is_redirect
    assert (await desk.database.read(find_staff, "新来的")).disabled
    await client.post("/desk/logout")
    for password, status in ((secret[1], 401), ("wrong", 401)):
        form = {"name": "新来的", "password": password}
        assert (await client.post("/desk/login", data=form)).status_code == status


async def test_ones_own_account(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "林晓")
    linked = (await client.post("/desk/me", data={"action": "link"})).text
    assert re.search(r"/start link-\S+", linked)
    assert "t.me" not in linked
    await client.post("/desk/me", data={"action": "duty-off"})
    assert not (await desk.database.read(find_staff, "林晓")).on_duty
    assert "离岗" in (await client.get("/desk/me")).text

    form = {
        "action": "password",
        "current": "wrong",
        "new": "新的密码也很长的",
        "again": "新的密码也很长的",
    }
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "现在的密码不对"),
        ({"current": PASSWORD, "again": "不一样的密码一二三"}, "两次输入"),
        ({"current": PASSWORD, "new": "短", "again": "短"}, "至少要"),
    ]
    for change, message in wrong:
        answer = await client.post("/desk/me", data={**form, **change})
        assert (answer.status_code, message in answer.text) == (422, True)
    new = "换过的密码 98765"
    form = {"action": "password", "current": PASSWORD, "new": new, "again": new}
    changed = await client.post("/desk/me", data=form)
    assert changed.headers["location"] == "/desk/login?done=password"
    assert (await client.get("/desk/me")).status_code == 303
    signed_in = await client.post("/desk/login", data={"name": "林晓", "password": new})
    assert signed_in.status_code == 303


@pytest.mark.parametrize("name", ["周编", "赵主任", "管理员", "市工改办"])
async def test_every_page_opens_for_whom_it_is_linked(client: httpx.AsyncClient, name: str) -> None:
    await sign_in(client, name)
    page = (await client.get("/desk/me")).text
    links = set(re.findall(r'<li><a href="(/desk/[a-z]*)"', page))
    assert "/desk/" in links
    for link in links:
        assert (await client.get(link)).status_code == 200, link
