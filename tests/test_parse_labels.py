import pytest

from knowledge.labels import leading_label, split_inline
from knowledge.numerals import find_dates, only_date, parse_number


@pytest.mark.parametrize(
    ("text", "kind", "number", "written"),
    [
        ("一、总体要求", "cn", 1, "一、"),
        ("十二．附则", "cn", 12, "十二、"),
        ("（三）工作机制", "pcn", 3, "（三）"),
        ("(三) 工作机制", "pcn", 3, "（三）"),
        ("（二十一）其他", "pcn", 21, "（二十一）"),
        ("1. 提出申请。", "num", 1, "1."),
        ("12、申请书", "num", 12, "12."),
        ("1.2024年底前完成", "num", 1, "1."),
        ("（4）复印件", "pnum", 4, "(4)"),
        ("3）其他", "nump", 3, "3)"),
        ("③营业执照", "circle", 3, "③"),
        ("⑵ 申请表", "circle", 2, "⑵"),
        ("第三章 职责", "chapter", 3, "第三章"),
        ("第 二 节  程序", "section", 2, "第二节"),
        ("第十七条 本办法", "article", 17, "第十七条"),
        ("第3条 本办法", "article", 3, "第3条"),
        ("a. 甲", "letter", 1, "a."),
    ],
)
def test_a_label_is_known(text: str, kind: str, number: int, written: str) -> None:
    label = leading_label(text)
    assert label is not None
    assert (label.kind, label.number, label.text) == (kind, (number,), written)


@pytest.mark.parametrize(
    "text",
    [
        "3.5万平方米以下的项目",
        "2.0版系统上线后",
        "2024年底前完成",
        "2024.5.3印发",
        "12345热线受理投诉",
        "0000-1234567",
        "第三条规定的情形",
        "第三条、第五条所列情形",
        "第三条第二款的规定",
        "一是加强领导",
        "一次办好",
        "三个工作日内办结",
        "（试行）",
        "（2024年5月）",
        "第一时间响应",
        "A座三层",
    ],
)
def test_what_only_looks_like_a_label(text: str) -> None:
    assert leading_label(text) is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("1.甲。乙；2.丙。3.丁", ["1.甲。乙；", "2.丙。", "3.丁"]),
        (
            "如下：1.甲20个工作日；2.乙5个工作日。",
            ["如下：", "1.甲20个工作日；", "2.乙5个工作日。"],
        ),
        (
            "（一）材料：①表；②照。（二）程序：①报；②审。",
            ["（一）材料：", "①表；", "②照。", "（二）程序：", "①报；", "②审。"],
        ),
        (
            "包括：（1）甲；（2）乙：a项；（3）丙",
            ["包括：", "（1）甲；", "（2）乙：a项；", "（3）丙"],
        ),
        ("3.丙。4.丁。", ["3.丙。", "4.丁。"]),
        ("1.建立机制。一是会商；二是评审。", ["1.建立机制。一是会商；二是评审。"]),
        ("造价不超过：3.5亿元；2.0亿元", ["造价不超过：3.5亿元；2.0亿元"]),
        ("见“要点：1.甲；2.乙”一节", ["见“要点：1.甲；2.乙”一节"]),
        ("（含：1.甲；2.乙）的，办理", ["（含：1.甲；2.乙）的，办理"]),
        ("时间：1.春季办理。", ["时间：1.春季办理。"]),
        ("甲：2.乙；3.丙", ["甲：2.乙；3.丙"]),
    ],
)
def test_lists_inside_a_paragraph(text: str, pieces: list[str]) -> None:
    assert split_inline(text) == pieces


def test_a_list_inside_a_paragraph_may_go_on_in_the_next_line() -> None:
    assert split_inline("如下：1.甲20日；", leading_label("2.乙5日。")) == ["如下：", "1.甲20日；"]
    assert split_inline("如下：1.甲20日；", leading_label("（二）乙")) == ["如下：1.甲20日；"]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十一", 31),
        ("一百零三", 103),
        ("二〇二四", 2024),
        ("7", 7),
    ],
)
def test_numbers(written: str, number: int) -> None:
    assert parse_number(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "2024年5月3日",
        "2024 年 5 月 3 日",
        "二〇二四年五月三日",
        "二○二四年五月三日",
        "二零二四年五月三日",
        "2024-05-03",
        "2024/5/3",
        "2024.5.3",
    ],
)
def test_dates(written: str) -> None:
    assert only_date(written) == "2024-05-03"


def test_impossible_dates_and_other_numbers_are_no_dates() -> None:
    text = "2024年2月30日，电话0000-2024051，第2024.13.1号，2024年5月"
    assert list(find_dates(text)) == []
