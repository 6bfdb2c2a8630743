"""Places: what a message names, and what only looks like a place."""

import csv

import pytest

from knowledge.regions import REGIONS_FILE, load_gazetteer, shipped_regions
from retrieval.place_names import ORDINARY_WORDS, names_of
from retrieval.places import LEVELS, ROOT, Gazetteer, Region, UnknownRegion

SHANDONG, WEIHAI, RUSHAN, SANYUAN, JIANGHAI = "370000", "371000", "371083", "350404", "440704"
KNOWN = (SHANDONG, WEIHAI, RUSHAN, SANYUAN, JIANGHAI)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(KNOWN)


def named(gazetteer: Gazetteer, text: str, near: str | None = None) -> set[str]:
    mentions = gazetteer.mentions(text, near)
    return {c for m in mentions if m.kind == "name" and not m.negated for c in m.codes}


def test_the_shipped_table_is_a_tree_of_unique_codes() -> None:
    with REGIONS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"code": ROOT, "name": "全国", "level": "国家", "parent": ""}
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == len(rows) > 3200
    for row in rows[1:]:
        parent = by_code[row["parent"]]
        assert LEVELS.index(parent["level"]) < LEVELS.index(row["level"]), row
        assert row["code"].isdigit()
        assert len(row["code"]) == 6
    assert sum(row["level"] == "省" for row in rows) == 34


def test_ordinary_words_are_names_of_places() -> None:
    short = {names_of(region.name)[1] for region in shipped_regions()}
    assert short >= ORDINARY_WORDS


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("三元区代办收费吗", {SANYUAN}),
        ("三元的代办收费不", {SANYUAN}),
        ("拿三元那个方案来说", {SANYUAN}),
        ("福建省三明市三元区", {SANYUAN}),
        ("福建三明三元的项目", {SANYUAN}),
        ("三明市的三元区", {SANYUAN}),
        ("江海专班成员都有谁", {JIANGHAI}),
        ("广东省江门市江海区政务局", {JIANGHAI}),
        ("人在外地回不了乳山", {RUSHAN}),
        ("乳山市市场监管局在哪", {RUSHAN}),
        ("乳山市场监管局在哪", {RUSHAN}),
        ("威海市乳山市", {RUSHAN}),
        ("山东有没有统一规定", {SHANDONG}),
        ("三元区域内都能办吗", {SANYUAN}),
        # other places, which must not get the rule of a known one
        ("江门蓬江区有专班吗", {"440703"}),
        ("蓬江有专班吗", {"440703"}),
        ("江门那边呢", {"440700"}),
        ("荣成能办吗", {"371082"}),
        ("中山的重大项目有专员吗", {"442000"}),  # a word for many things, but also a city
        ("我们在开封", {"410200"}),
        ("文登也这样吗", {"371003"}),
        ("请问昆山怎么申请", {"320583"}),
        ("我在义乌开厂", {"330782"}),
        ("北京的项目能代办不", {"110000"}),
        ("济南市中区", {"370103"}),
        ("上海浦东新区", {"310115"}),
        ("恩施州", {"422800"}),
        ("通道县政务中心", {"431230"}),
        ("广西那边怎么收费", {"450000"}),
        ("内蒙古也有吗", {"150000"}),
        ("长春朝阳也有吗", {"220104"}),
        ("山东日照的厂", {"371100"}),
        ("三元和乳山有什么区别", {SANYUAN, RUSHAN}),
        ("海南能办吗", {"460000"}),
        ("吉林能办吗", {"220000"}),
        # one character, only where it is safe
        ("我公司打算来闽投资", {"350000"}),
        ("在粤企业能申请吗", {"440000"}),
        ("鲁政发〔2020〕3号还有效吗", {SHANDONG}),
    ],
)
def test_places_that_are_named(gazetteer: Gazetteer, text: str, codes: set[str]) -> None:
    assert named(gazetteer, text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "绿色通道多久能开",
        "日照分析要不要做",
        "日照间距不够怎么办",
        "行政和市政和园林审批",
        "创新平台怎么登录",
        "公安局长安排的",
        "市和县两级怎么分工",
        "示范县有补贴吗",
        "重大理由可以延期吗",
        "重大安全隐患",
        "建安工程费怎么算",
        "公安联网备案",
        "有哪些资源可以用",
        "延长有效期要什么材料",
        "可以合作吗",
        "我们公司在东方路",
        "城区和郊区一样吗",
        "新城区建设指挥部",
        "上海路88号怎么走",
        "三元桥怎么走",
        "粤省事上能办吗",
        "比如材料不全呢",
        "平安保险",
        "全国统一的吗",
        "共和国法律",
        "方正的字体",
        "解放前的房子",
        "网上城市大脑",
        "",
        "区",
    ],
)
def test_words_that_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert named(gazetteer, text) == set()


@pytest.mark.parametrize(
    ("text", "aside", "meant"),
    [
        ("不是三元，是乳山", {SANYUAN}, {RUSHAN}),
        ("我问的不是威海，是江海区", {WEIHAI}, {JIANGHAI}),
        ("不是三元的", {SANYUAN}, set()),
        ("三元以外的企业呢", {SANYUAN}, set()),
        ("除了三元区，威海有吗", {SANYUAN}, {WEIHAI}),
        ("是不是三元区的才能办", set(), {SANYUAN}),
        ("不是三元区的企业能办吗", set(), {SANYUAN}),
        ("要不要去乳山", set(), {RUSHAN}),
        ("我人在三元，乳山的证能寄吗", {SANYUAN}, {RUSHAN}),  # of the person, not of the project
        ("老板出差在威海，项目在乳山", {WEIHAI}, {RUSHAN}),
        ("我们的人在三元", set(), {SANYUAN}),
    ],
)
def test_a_place_can_be_set_aside(
    gazetteer: Gazetteer, text: str, aside: set[str], meant: set[str]
) -> None:
    mentions = gazetteer.mentions(text)
    assert {c for m in mentions if m.negated for c in m.codes} == aside
    assert named(gazetteer, text) == meant


def test_a_name_that_exists_several_times(gazetteer: Gazetteer) -> None:
    everywhere = {"320106", "320302", "350102", "410204"}
    assert named(gazetteer, "鼓楼区能办吗") == everywhere
    assert named(gazetteer, "鼓楼区能办吗", near=SANYUAN) == {"350102"}
    assert named(gazetteer, "鼓楼区能办吗", near=RUSHAN) == everywhere
    assert named(gazetteer, "福州鼓楼区能办吗", near="320000") == {"350102"}
    assert "320106" in named(gazetteer, "我在南京，想问鼓楼区的项目")
    assert "320302" not in named(gazetteer, "我在南京，想问鼓楼区的项目")


def test_mentions_say_where_they_stand(gazetteer: Gazetteer) -> None:
    (mention,) = gazetteer.mentions("请问江门市江海区的专班")
    assert (mention.text, mention.start, mention.end) == ("江门市江海区", 2, 8)


@pytest.mark.parametrize(
    ("text", "near", "level", "codes"),
    [
        ("省里的四级联动", None, "省", {"350000", "370000", "440000"}),
        ("省里的四级联动", RUSHAN, "省", {"370000"}),
        ("我们市有代办吗", SANYUAN, "市", {"350400"}),
        ("我市有代办吗", RUSHAN, "市", {"371000", "371083"}),
        ("区里解决不了找谁", None, "区县", {SANYUAN, JIANGHAI}),
        ("我们镇归谁管", None, "镇街", set()),
        ("乳山在市里吗", None, "市", {"371000", "371083"}),
    ],
)
def test_level_words_hint_at_known_places(
    gazetteer: Gazetteer, text: str, near: str | None, level: str, codes: set[str]
) -> None:
    (hint,) = [m for m in gazetteer.mentions(text, near) if m.kind == "level"]
    assert hint.level == level
    assert set(hint.codes) == codes


@pytest.mark.parametrize("text", ["小区里", "全市场", "园区里的企业", "市级政策包", "省得再跑一趟"])
def test_no_level_words(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.mentions(text) == []


def test_what_is_known_decides_which_short_names_count() -> None:
    unknown = load_gazetteer()
    assert named(unknown, "代办在三元收三元钱") == set()
    unknown.known = frozenset({SANYUAN})
    assert named(unknown, "听说三元免费代办") == {SANYUAN}
    unknown.known = frozenset()
    assert named(unknown, "听说三元免费代办") == set()


def test_an_operator_adds_a_town() -> None:
    town = Region("350404101", "莘口镇", "镇街", SANYUAN)
    gazetteer = load_gazetteer(KNOWN, added=[town])
    assert gazetteer.find("三元区莘口镇") == town
    assert named(gazetteer, "莘口镇的项目归谁管") == {town.code}
    assert gazetteer.lineage(town.code) == (town.code, SANYUAN, "350400", "350000", ROOT)


def test_the_lowest_place_is_meant(gazetteer: Gazetteer) -> None:
    assert gazetteer.places("三元区（三明市）的代办") == (SANYUAN,)
    assert gazetteer.places("不是三元，是乳山") == (RUSHAN,)
    assert gazetteer.places("怎么申请代办") == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("三元区", SANYUAN),
        ("三元", SANYUAN),
        (" 福建省 三明市 三元区 ", SANYUAN),
        ("350404", SANYUAN),
        ("山东", SHANDONG),
        ("全国", ROOT),
        ("福州鼓楼", "350102"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
    ],
)
def test_find(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert gazetteer.find(name).code == code


@pytest.mark.parametrize(
    ("name", "hint"),
    [("火星区", "没有"), ("999999", "没有"), ("", "没有"), ("鼓楼区", "福建省福州市鼓楼区")],
)
def test_find_refuses_what_is_not_one_place(gazetteer: Gazetteer, name: str, hint: str) -> None:
    with pytest.raises(UnknownRegion, match=hint):
        gazetteer.find(name)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我们公司在三元区", (SANYUAN,)),
        ("我这边是乳山的", (RUSHAN,)),
        ("项目在威海荣成", ("371082",)),
        ("我是江海区的企业，想问收费吗", (JIANGHAI,)),
        ("我们厂房位于江门市江海区", (JIANGHAI,)),
        ("我们公司不在三元区", ()),
        ("三元区代办收费吗", ()),
        ("乳山和三元一样吗", ()),
        ("代办窗口在三元区哪里", ()),
    ],
)
def test_where_the_asker_is(gazetteer: Gazetteer, text: str, codes: tuple[str, ...]) -> None:
    assert gazetteer.own_places(text) == codes


def test_a_place_with_all_above_it(gazetteer: Gazetteer) -> None:
    assert gazetteer.around("110101") == {"110101", "110000", ROOT}
    assert gazetteer.around(None) is None
    assert gazetteer.around("1") is None


def test_path_and_lineage(gazetteer: Gazetteer) -> None:
    assert gazetteer.path(SANYUAN) == "福建省三明市三元区"
    assert gazetteer.path(ROOT) == "全国"
    assert gazetteer.lineage("110101") == ("110101", "110000", ROOT)
    with pytest.raises(UnknownRegion):
        gazetteer.lineage("1")
