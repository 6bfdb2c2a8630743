"""What official documents look like: letters, plans, regulations, standards, notices, guides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import UnreadableDocument
from knowledge.files import decode
from tests.policy_files import DOCUMENTS, characters, parsed, paths, shown, text_at

BODY = "\n\n一、范围\n本规则适用于小型项目。\n二、时限\n五个工作日办结。\n"


@pytest.mark.parametrize(
    "name", [path.name for path in sorted(DOCUMENTS.iterdir()) if path.suffix in (".txt", ".md")]
)
def test_nothing_is_lost_or_doubled(name: str) -> None:
    data = (DOCUMENTS / name).read_bytes()
    source = "\n".join(line for line in decode(data).split("\n") if line.strip() != "— 1 —")
    document = parsed(data, name)
    assert shown(document) == characters(source.replace("---", ""))
    assert len(set(paths(document))) == len(paths(document))


def test_a_letter_its_plan_and_its_annexes() -> None:
    document = parsed((DOCUMENTS / "plan.txt").read_bytes(), "plan.txt")
    assert document.title == "某市小型项目“即来即办”服务机制实施方案（试行）"
    assert (document.number, document.issuer) == ("某审服发〔2023〕17号", "某市行政审批服务局")
    assert (document.issued_on, document.effective_from) == ("2023-06-05", "2023-07-01")
    assert document.expires_on == "2025-07-01"
    assert [question.field for question in document.questions] == ["region"]
    assert [clause.label for clause in document.clauses] == [
        *("通知", "前言", "一、", "二、", "三、", "四、", "附注", "附件1", "附件2"),
    ]
    assert "请认真组织实施" in text_at(document, "通知")
    assert text_at(document, "二、（一）").endswith("应当当场核对材料，材料齐全的当场受理。")
    assert text_at(document, "二、（二）3.") == "提交申请。提交后可查进度。"
    assert text_at(document, "二、（二）第二段") == "2024年底前，各区县全部开通网上办理。"
    assert text_at(document, "三、2.").count("是") == 2  # 一是 … 二是 stay in their clause
    assert text_at(document, "附件2：2.") == "营业执照。"


def test_a_regulation() -> None:
    document = parsed((DOCUMENTS / "regulation.md").read_bytes(), "regulation.md")
    assert document.title == "某省代办员管理办法"
    assert (document.issued_on, document.effective_from) == ("2022-03-10", "2022-05-01")
    assert paths(document) == [
        "文头",
        "第一章",
        *("第一条", "第二条", "第二条第二款"),
        *("第三条", "第三条（一）", "第三条（二）", "第三条（三）", "第三条第二款"),
        "第二章",
        *("第四条", "第四条（一）", "第四条（一）1.", "第四条（一）2.", "第四条（二）"),
        *("第四条之一", "第五条"),
        *("第三章", "第六条"),
    ]
    assert "第二章职责" in text_at(document, "文头").replace(" ", "")  # the table of contents
    assert text_at(document, "第四条之一") == "代办员违反第四条第一款规定的，由所在单位责令改正。"
    assert text_at(document, "第五条").startswith("依照本办法第三条第一款、第二款规定取消资格的，")
    assert text_at(document, "第五条").endswith("收取费用 | 取消资格")


def test_a_joint_notice_that_encloses_nothing() -> None:
    document = parsed((DOCUMENTS / "notice.txt").read_bytes(), "notice.txt")
    assert document.title == "关于进一步规范小型工程审批工作的通知"
    assert document.number == "云建审〔2024〕8号"
    assert document.issuer == "云海省住房和城乡建设厅、云海省自然资源厅"
    assert document.region == "910000"
    assert (document.effective_from, document.expires_on) == ("2024-04-14", "2028-01-01")
    assert document.questions == ()
    assert text_at(document, "三、3.").startswith("事后评价。")
    assert text_at(document, "附注").startswith("本通知自印发之日起")


def test_text_wrapped_by_hand_in_gbk() -> None:
    document = parsed((DOCUMENTS / "rules-gbk.txt").read_bytes(), "rules-gbk.txt")
    assert document.title == "东岭市帮办代办服务规则"
    assert (document.number, document.region) == ("东审〔2022〕5号", "910100")
    assert (document.issued_on, document.expires_on) == ("2022-10-10", "2024-11-01")
    assert paths(document)[1:] == [
        *(
            "第一条",
            "第二条",
            "第二条第二款",
            "第三条",
            "第三条（一）",
            "第三条（二）",
            "第四条",
            "附注",
        ),
    ]
    assert "以及根据第二条规定由市人民政府" in text_at(document, "第三条（二）")


def test_a_technical_standard() -> None:
    document = parsed((DOCUMENTS / "standard.txt").read_bytes(), "standard.txt")
    assert document.title == "重点建设项目全程帮办服务规范"
    assert document.number == "DB91/T4497—2022"
    assert (document.issuer, document.region) == ("云海省市场监督管理局", "910000")
    assert (document.issued_on, document.effective_from) == ("2022-05-17", "2022-06-17")
    assert paths(document)[1:] == [
        *("1", "2", "3", "3.1", "3.2", "4", "4.1", "4.1.1", "4.1.2", "4.2", "4.2.1"),
        *("4.2.1a.", "4.2.1b.", "附录A"),
    ]
    assert text_at(document, "4.1.1").endswith("服务响应不超过0.5个工作日。")


def test_a_plan_after_the_word_annex() -> None:
    document = parsed((DOCUMENTS / "action-plan.txt").read_bytes(), "action-plan.txt")
    assert document.title == "东岭市优化营商环境创新突破行动计划（2023—2025年）"
    assert (document.number, document.issued_on) == ("东政办发〔2023〕12号", "2023-04-28")
    assert (document.issuer, document.region) == ("东岭市人民政府办公室", "910100")
    assert paths(document) == [
        *(
            "通知",
            "前言",
            "一、",
            "二、",
            "二、1.",
            "二、1.(1)",
            "二、1.(2)",
            "二、2.",
            "二、2.(1)",
        ),
        *("三、", "附表1"),
    ]
    assert text_at(document, "附表1").endswith("2 | 帮办代办 | 市行政审批局")


def test_a_regulation_published_by_decree() -> None:
    document = parsed((DOCUMENTS / "decree.txt").read_bytes(), "decree.txt")
    assert document.title == "东岭市建设项目服务条例"
    assert (document.number, document.issuer) == ("东岭市人民政府令第12号", "东岭市人民政府")
    assert (document.issued_on, document.effective_from) == ("2022-03-15", "2022-05-01")
    assert text_at(document, "第二条（三）") == "扩建。"


def test_an_announcement_on_a_web_page() -> None:
    document = parsed((DOCUMENTS / "announcement.html").read_bytes(), "announcement.html")
    assert document.title == "南溪区人民政府关于公布代办项目清单的公告"
    assert (document.issuer, document.region) == ("东岭市南溪区人民政府", "910102")
    assert document.issued_on == "2023-02-01"
    assert [c.label for c in document.clauses] == ["文头", "前言", "一、", "二、", "附注"]


def test_a_web_page_with_its_data_sheet() -> None:
    document = parsed((DOCUMENTS / "page.html").read_bytes(), "page.html")
    assert document.title == "西原市人民政府办公室关于支持小型项目的若干措施"
    assert (document.number, document.region) == ("西政办发〔2023〕21号", "910200")
    assert (document.issued_on, document.expires_on) == ("2023-09-01", "2025-10-01")
    assert text_at(document, "二、2.") == "三日办结。"
    assert text_at(document, "三、").split("\n")[1:] == [
        "类型 | 标准",
        "仓库 | 每平方米10元",
        "厂房 | 每平方米20元",
    ]


def test_a_guide_with_headings_that_bear_no_labels() -> None:
    document = parsed((DOCUMENTS / "guide.txt").read_bytes(), "guide.txt")
    assert document.region == "910102"
    assert paths(document) == [
        *("办理条件", "办理条件1.", "办理条件2.", "办理材料", "办理材料1.", "办理材料2."),
        *("办理流程", "办理流程（一）", "办理流程（二）", "附注"),
    ]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("东审发〔2024〕3号", "东审发〔2024〕3号"),
        ("东审发[2024]3号", "东审发〔2024〕3号"),
        ("东审发（2024）第 3 号", "东审发〔2024〕第3号"),
        ("东审发【2024】3号　　签发人：某某", "东审发〔2024〕3号"),
        ("（东审发〔2024〕3号）", "东审发〔2024〕3号"),
        ("东岭市人民政府令第12号", "东岭市人民政府令第12号"),
        ("发文字号：东审发〔2024〕3号", "东审发〔2024〕3号"),
        ("2024年3月1日", None),
    ],
)
def test_document_numbers(line: str, number: str | None) -> None:
    document = parsed(f"{line}\n\n东岭市办事规则{BODY}", "a.txt")
    assert document.number == number
    assert document.title == "东岭市办事规则"
    assert ("number" in {question.field for question in document.questions}) == (number is None)


def test_a_number_that_only_the_text_cites_is_not_the_documents() -> None:
    text = "东岭市办事规则\n\n根据《规定》（云政发〔2019〕1号），制定本规则。" + BODY
    assert parsed(text, "a.txt").number is None


def test_two_numbers_are_asked_about() -> None:
    document = parsed(f"东审发〔2024〕3号\n东审函〔2024〕4号\n\n东岭市办事规则{BODY}", "a.txt")
    assert document.number is None
    asked = next(each for each in document.questions if each.field == "number")
    assert asked.candidates == ("东审发〔2024〕3号", "东审函〔2024〕4号")


@pytest.mark.parametrize(
    ("sentence", "begins", "ends"),
    [
        ("本规则自2024年5月1日起施行。", "2024-05-01", None),
        ("本规则自二〇二四年五月一日起施行。", "2024-05-01", None),
        ("本规则自印发之日起施行，有效期五年。", "2024-03-01", "2029-03-01"),
        ("本规则自公布之日起30日后施行。", "2024-03-31", None),
        ("本规则从发布之日起试行，试行期一年。", "2024-03-01", "2025-03-01"),
        ("本规则自2024年5月1日起施行，有效期至2026年12月31日。", "2024-05-01", "2027-01-01"),
        ("申请自受理之日起3个工作日办结。", None, None),
    ],
)
def test_validity(sentence: str, begins: str | None, ends: str | None) -> None:
    text = f"东岭市办事规则{BODY}三、附则\n{sentence}\n\n东岭市行政审批服务局\n2024年3月1日\n"
    document = parsed(text, "a.txt")
    assert (document.effective_from, document.expires_on) == (begins, ends)
    assert text_at(document, "三、") == f"附则\n{sentence}"


def test_what_the_file_does_not_say_is_asked() -> None:
    document = parsed(f"办事规则{BODY}", "a.txt")
    assert {question.field for question in document.questions} == {
        *("number", "issuer", "region", "issued_on"),
    }
    assert all("？" in each.question or "请" in each.question for each in document.questions)


@pytest.mark.parametrize(
    ("issuer", "title", "region"),
    [
        ("东岭市行政审批服务局", "办事规则", "910100"),
        ("东岭市南溪区行政审批服务局", "办事规则", "910102"),
        ("南溪区行政审批服务局", "东岭市办事规则实施细则", "910102"),
        ("", "南溪区办事规则", "910102"),
        ("住房和城乡建设部", "办事规则", "100000"),
        ("国务院办公厅", "办事规则", "100000"),
        ("东岭市行政审批服务局", "西原市办事规则", None),
        ("东岭市行政审批服务局", "东岭市南溪区办事规则", None),
        ("东岭市高新技术产业开发区管理委员会", "办事规则", None),
        ("南溪区某某镇人民政府", "办事规则", None),
        ("东岭市城乡建设委员会", "办事规则", "910100"),
        ("某某服务中心", "办事规则", None),
    ],
)
def test_the_region_is_read_or_asked_never_guessed(
    issuer: str, title: str, region: str | None
) -> None:
    document = parsed(f"{title}{BODY}\n{issuer}\n2024年3月1日\n", "a.txt")
    assert document.region == region
    assert ("region" in {question.field for question in document.questions}) == (region is None)


def test_a_file_with_a_title_alone_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="只有标题"):
        parsed("东岭市办事规则\n", "a.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (  # 1. above （一）: the outer list goes on after the inner one
            "1.甲事项\n（一）乙。\n（二）丙。\n2.丁事项\n（一）戊。\n",
            ["1.", "1.（一）", "1.（二）", "2.", "2.（一）"],
        ),
        (  # a list of its own before the first （一）
            "一、甲：\n1.乙；\n2.丙。\n（一）丁。\n（二）戊。\n",
            ["一、", "一、1.", "一、2.", "一、（一）", "一、（二）"],
        ),
        (  # markdown headings that are numbered like the lists below them
            "## 1. 甲\n1. 乙\n2. 丙\n## 2. 丁\n1. 戊\n",
            ["1.", "1.1.", "1.2.", "2.", "2.1."],
        ),
        (  # a paragraph between the items of a list
            "一、甲：\n（一）乙；\n（二）丙；\n以上可以同时办理。\n（三）丁。\n",
            ["一、", "一、（一）", "一、（二）", "一、第二段", "一、（三）"],
        ),
        # The same number twice is a slip of the source and is kept.
        ("一、甲。\n二、乙。\n二、丙。\n", ["一、", "二、", "二、[2]"]),
        # A number in the text that starts no list.
        ("一、甲。\n7.乙是正文里的数字。\n二、丙。\n", ["一、", "二、"]),
    ],
)
def test_nesting(text: str, expected: list[str]) -> None:
    document = parsed(f"东岭市办事规则\n\n{text}", "a.txt")
    assert paths(document) == expected


LINES = """\
东岭市办事规则|关于印发《办事规则》的通知|东审发〔2024〕3号|一、范围|（一）甲。|1.乙；2.丙
第一条 丁。|第一章 总则|附件：1.表|附件1|目录|2024年3月1日|东岭市行政审批服务局|甲 | 乙|# 题
正文，没有结束|。|本规则自印发之日起施行。|抄送：某办。|各有关单位：|（试行）|3.1 帮办|①戊
——1——|本规则由市局负责解释。|二、时限|（二）己。|第二条 庚。|联系人：某某"""


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(LINES.replace("\n", "|").split("|")), min_size=1, max_size=25))
def test_any_order_of_lines_is_parsed_whole(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        document = parsed(text, "a.txt")
    except UnreadableDocument:
        return
    assert shown(document) == characters(text.replace("——1——", ""))
    assert len(set(paths(document))) == len(paths(document))
