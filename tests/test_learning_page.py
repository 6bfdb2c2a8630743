"""The curators' page of proposals, without scripts, on both databases."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from faq.calibration import load_calibrations, load_last_fit, save_calibrations
from faq.entries import get_entry
from faq.golden import Change, Outcome
from faq.proposals import list_open
from faq.refitting import Fit, Golden, find_contradicting, keep_fit
from faq.words import load_words
from retrieval.calibrate import Calibration
from retrieval.decide import Thresholds
from retrieval.labels import Label
from retrieval.priors import load_priors
from storage import Database, Transaction
from tests.desk_house import browse, hire_all, make_app, open_desk, sign_in
from tests.dialog import Dialog, start_dialog
from tests.test_learning import FEE, WHO, choose, trust_from

WRONG = Outcome("wrong", "answer", None, 0.9)
PAGE = "/desk/learning"


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    started = await start_dialog(database)
    trust_from(started, 0.985)
    await database.write(hire_all)
    return started


@pytest.fixture
async def client(dialog: Dialog) -> AsyncIterator[httpx.AsyncClient]:
    desk = open_desk(dialog.database, dialog.live, dialog.calendar)
    async with browse(make_app(desk)) as opened:
        yield opened


async def test_proposals_are_worked_through_one_after_the_other(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await sign_in(client, "周编")
    assert "没有待处理的建议" in (await client.get(PAGE)).text
    for _ in range(2):
        await choose(dialog, "三元代办", FEE)
    await choose(dialog, "三元的代办", WHO)
    page = (await client.get(PAGE)).text
    assert page.index("三元代办") < page.index("三元的代办")  # the more askers the earlier
    assert FEE in page
    assert "咨询人在候选里选了它 2 人" in page
    first, second = (await dialog.database.read(list_open))[0]

    answer = await client.post(f"{PAGE}/{first.id}", data={"action": "accept", "text": first.text})
    assert answer.headers["location"] == f"{PAGE}?done=learned&at={second.id}"
    again = await client.post(f"{PAGE}/{first.id}", data={"action": "accept", "text": first.text})
    assert "done=learned-already" in again.headers["location"]
    late = await client.post(f"{PAGE}/{first.id}", data={"action": "dismiss"})
    assert late.status_code == 409
    assert "已由周编采用" in late.text
    answer = await client.post(f"{PAGE}/{second.id}", data={"action": "dismiss"})
    assert answer.headers["location"] == f"{PAGE}?done=unlearned"
    page = (await client.get(answer.headers["location"])).text
    assert "同样的依据不会再提" in page
    assert "没有待处理的建议" in page
    assert page.count("周编，") == 2
    assert (await (await dialog.another()).say("三元代办")).kind == "answer"


async def test_the_effect_stands_there_before_anybody_accepts(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await choose(dialog, "三元代办", FEE)
    await choose(dialog, "三元的代办", WHO)
    await sign_in(client, "周编")
    await client.get(PAGE)
    proposals = (await dialog.database.read(list_open))[0]
    fee = next(each for each in proposals if each.text == "三元代办")
    page = (await client.get(f"{PAGE}/{fee.id}/effect")).text
    effect = page[page.index('id="effect"') : page.index("从哪里来")]
    assert effect.index("列出候选请咨询人选") < effect.index("直接回答")
    assert "最接近的其他内容" in effect
    assert WHO in effect
    assert "2 个金标问题" in effect
    assert "三元代办：列出候选 → 处理对" in effect
    edited = await client.get(f"{PAGE}/{fee.id}/effect", params={"text": "代办对象<有哪些>"})
    assert 'value="代办对象&lt;有哪些&gt;"' in edited.text
    entry = await dialog.database.read(get_entry, fee.target)
    assert "三元代办" not in entry.content.similar_questions  # looking changes nothing


async def test_a_text_that_cannot_be_taken_is_kept_in_the_field(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await choose(dialog, "三元代办", FEE)
    await sign_in(client, "周编")
    await client.get(PAGE)
    (proposal,), _ = await dialog.database.read(list_open)
    form = {"action": "accept", "text": "代办对象有哪些"}
    refused = await client.post(f"{PAGE}/{proposal.id}", data=form)
    assert refused.status_code == 409
    assert "已经是条目" in refused.text
    assert 'value="代办对象有哪些"' in refused.text
    assert (await client.post(f"{PAGE}/{proposal.id}", data={"action": "x"})).status_code == 422
    assert (await client.post(f"{PAGE}/none", data={"action": "accept"})).status_code == 404


async def test_a_calibration_is_tried_seen_and_only_then_used(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await choose(dialog, "三元代办", FEE)
    await sign_in(client, "周编")
    await client.get(PAGE)
    before = await dialog.database.read(load_calibrations)
    tried = await client.post(f"{PAGE}/refit")
    page = (await client.get(tried.headers["location"])).text
    assert "前后对比" in page
    assert "直接回答的门槛" in page
    assert "本单位标注的问题（1 个）" in page
    assert await dialog.database.read(load_calibrations) == before
    refit = next(
        each for each in (await dialog.database.read(list_open))[0] if each.kind == "refit"
    )
    used = await client.post(f"{PAGE}/{refit.id}", data={"action": "accept", "text": ""})
    assert used.status_code == 303
    calibrations, version = await dialog.database.read(load_calibrations)
    assert version == before[1] + 1
    assert dialog.live.library.calibrations == {**dialog.live.library.calibrations, **calibrations}
    last = await dialog.database.read(load_last_fit)
    assert last is not None
    assert (last["by"], last["figures"]["labels"]) == ("周编", 1)


async def test_a_calibration_that_harms_golden_questions_needs_a_second_yes(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await sign_in(client, "周编")
    await client.post(f"{PAGE}/refit")
    (refit,) = (await dialog.database.read(list_open))[0]
    right, wrong = (
        {"questions": 100, "right": right, "wrong": 100 - right, "asked_back": 0, "handed_over": 0}
        for right in (100, 98)
    )
    figures = {
        **refit.evidence["trial"]["figures"],
        "held": {"before": right, "after": wrong, "worse": 1},
        "contradicting": ["代办要钱不"],
    }
    changes = [Change("代办几天", Outcome("right", "answer", None, 0.9), WRONG)]
    await dialog.database.write(
        keep_fit, refit.id, Fit({"entry": fitted_with(0.2)}, figures, changes)
    )
    page = (await client.get(PAGE)).text
    assert "会变差，超过" not in page  # one in a hundred may
    assert "代办要钱不" in page
    figures["held"]["worse"] = 2
    await dialog.database.write(
        keep_fit, refit.id, Fit({"entry": fitted_with(0.2)}, figures, changes)
    )
    assert "100 个金标问题中有 2 个会变差，超过 1%" in (await client.get(PAGE)).text
    before = await dialog.database.read(load_calibrations)
    form = {"action": "accept", "text": ""}
    refused = await client.post(f"{PAGE}/{refit.id}", data=form)
    assert (refused.status_code, "请先勾选" in refused.text) == (422, True)
    assert await dialog.database.read(load_calibrations) == before
    assert [each.id for each in (await dialog.database.read(list_open))[0]] == [refit.id]
    used = await client.post(f"{PAGE}/{refit.id}", data={**form, "confirmed": "yes"})
    assert used.status_code == 303
    assert dialog.live.library.calibrations["entry"] == fitted_with(0.2)


def test_labels_that_contradict_the_golden_questions_are_named() -> None:
    here, there = frozenset({"350404"}), frozenset({"371083"})
    golden = Golden(
        learnt=[Label("代办要钱吗", "entry:fee"), Label("代办几天", "entry:days", regions=there)],
        held=[Label("管家手机号", None)],
        own=[
            Label("代办 要钱吗", "entry:who", regions=here),
            Label("代办几天", "entry:other", regions=here),
            Label("管家手机号", None, regions=here),
        ],
    )
    assert find_contradicting(golden) == ["代办 要钱吗"]


async def test_an_earlier_calibration_is_taken_up_again(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await sign_in(client, "周编")
    first = fitted_with(0.6)
    await dialog.database.write(save_calibrations, {"entry": first}, "周编", {"phrasings": 9})
    await dialog.database.write(save_calibrations, {"entry": fitted_with(0.9)}, "吴编", {})
    page = (await client.get(PAGE)).text
    assert page.index("常见问题 90%") < page.index("常见问题 60%")
    back = await client.post(f"{PAGE}/restore", data={"version": "1"})
    page = (await client.get(back.headers["location"])).text
    assert "已恢复" in page
    assert "周编恢复第 1 版" in page
    assert await dialog.database.read(load_calibrations) == ({"entry": first}, 3)
    assert dialog.live.library.calibrations["entry"] == first
    await dialog.database.write(outgrow, 1)
    assert "软件已更新，不能再用" in (await client.get(PAGE)).text
    for wrong, status in (("1", 409), ("99", 404), ("", 422), ("x" * 20, 422)):
        refused = await client.post(f"{PAGE}/restore", data={"version": wrong})
        assert refused.status_code == status


def fitted_with(answer: float) -> Calibration:
    return replace(load_priors()["entry"], thresholds=Thresholds(answer, 0.02))


def outgrow(tx: Transaction, version: int) -> None:
    """The calibration was fitted to features that this release does not have."""
    tx.execute(
        "UPDATE calibration SET content = replace(content, :name, 'gone') WHERE version = :version",
        name=load_priors()["entry"].choice.features[0],
        version=version,
    )


async def test_only_curators_come_in(client: httpx.AsyncClient, dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    for name in ("林晓", "赵主任"):
        await sign_in(client, name)
        assert (await client.get(PAGE)).status_code == 403
        assert (await client.get(f"{PAGE}/x/effect")).status_code == 403
        assert (await client.post(f"{PAGE}/x", data={"action": "accept"})).status_code == 403
        assert (await client.post(f"{PAGE}/refit")).status_code == 403
        restored = await client.post(f"{PAGE}/restore", data={"version": "1"})
        assert restored.status_code == 403
        assert "学习建议" not in (await client.get("/desk/curation")).text
    assert (await dialog.database.read(load_words)) == ([], {})


async def test_a_word_shows_what_it_does_to_real_questions_before_it_is_kept(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await dialog.say("代办破费")
    await sign_in(client, "周编")
    form = {"word": "破费", "standard": "收费", "action": "preview"}
    page = (await client.post("/desk/curation/words", data=form)).text
    effect = page[page.index("保存后会怎样") : page.index("同义词 <span")]
    assert "代办破费" in effect
    before, after = (int(sure) for sure in re.findall(r"(\d+)%", effect))
    assert before < after
    assert effect.count(FEE) == 2
    assert await dialog.database.read(load_words) == ([], {})


async def test_a_word_means_one_thing(client: httpx.AsyncClient, dialog: Dialog) -> None:
    await sign_in(client, "周编")

    async def send(word: str, standard: str, action: str = "add") -> httpx.Response:
        form = {"word": word, "standard": standard, "action": action}
        return await client.post("/desk/curation/words", data=form)

    assert (await send("破费", "收费")).is_redirect
    assert "自己是“收费”的同义词" in (await send("开销", "破费")).text
    assert "是“破费”等词的标准词" in (await send("收费", "费用", "preview")).text
    assert "现在是“收费”的同义词，保存后改成这里写的" in (await send("破费", "", "preview")).text
    for word, standard in (("", ""), ("——", ""), ("破费", "费"), ("破费", "费" * 21)):
        assert (await send(word, standard)).status_code == 422
    assert (await dialog.database.read(load_words))[1] == {"破费": "收费"}
