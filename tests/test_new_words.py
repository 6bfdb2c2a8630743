"""Words that questions use and the library does not know."""

import pytest

from faq.new_words import Asked, find_synonyms, find_words
from faq.observations import Meaning
from retrieval.passages import Passage
from retrieval.segment import Segmenter

QUESTIONS = (
    "办理桩基先行要几天",
    "桩基先行的申请表在哪下载",
    "我厂能用桩基先行吗",
    "哪个科室审桩基先行",
    "桩基先行和施工许可有什么区别",
    "没批下来可不可以桩基先行呢",
    "代办要几天",
    "申请表在哪下载",
    "施工许可在哪办",
    "哪个科室审施工许可",
    "人在外地怎么拿批文",
    "图纸盖章去哪个窗口",
    "消防验收没过怎么整改",
    "水电接入多久能通",
    "环评报告谁来编",
    "用地手续还差一份材料",
    "竣工以后找谁备案",
    "能不能邮寄证照",
)
FEE = Passage(
    "entry:fee", "entry", ("代办服务收费吗？", "代办收费多少", "请代办收费不", "代办的收费标准"), ""
)
COST = Passage("entry:cost", "entry", ("图审收费吗？", "审图收费多少", "图审的收费标准"), "")
MAIL = Passage("entry:mail", "entry", ("证照能邮寄吗？", "批文怎么寄", "人在外地怎么拿证"), "")
WHO = Passage("entry:who", "entry", ("谁来代办？", "代办找哪个部门", "哪里有代办"), "")
LIBRARY = (FEE, COST, MAIL, WHO)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def asked(texts: tuple[str, ...], askers: int = 100) -> list[Asked]:
    return [Asked(text, f"c{number % askers}", number) for number, text in enumerate(texts)]


def test_a_string_that_recurs_and_is_cut_to_pieces_is_found(segmenter: Segmenter) -> None:
    (found,) = find_words(asked(QUESTIONS), segmenter)
    assert (found.kind, found.text, found.askers) == ("word", "桩基先行", 6)
    assert (found.first_seen, found.last_seen) == (0, 5)
    assert all("桩基先行" in each["question"] for each in found.evidence["examples"])


def test_a_known_word_or_one_askers_phrase_is_not(segmenter: Segmenter) -> None:
    assert find_words(asked(QUESTIONS), Segmenter(["桩基先行"])) == []
    assert find_words(asked(QUESTIONS, askers=4), segmenter) == []
    assert find_words([], segmenter) == []


def test_a_message_that_many_send_alike_is_no_word(segmenter: Segmenter) -> None:
    alike = ("桩基先行几天",) * 6
    assert find_words(asked((*alike, *QUESTIONS[6:] * 3)), segmenter) == []


def no_place(word: str) -> bool:
    return False


def meanings(*pairs: tuple[str, str | None]) -> list[Meaning]:
    return [Meaning(text, passage, None) for text, passage in pairs]


def test_what_is_said_for_a_standard_word_is_found(segmenter: Segmenter) -> None:
    found = find_synonyms(
        meanings(
            ("代办破费吗", "entry:fee"),
            ("图审要破费不", "entry:cost"),
            ("审图破费多少", "entry:cost"),
            ("怎么寄", "entry:mail"),
        ),
        LIBRARY,
        segmenter,
        ([], {}),
        no_place,
        7,
    )
    assert [(each.kind, each.text, each.target, each.askers) for each in found] == [
        ("synonym", "破费", "收费", 3)
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        [("代办破费吗", "entry:fee"), ("图审破费不", "entry:cost")],  # too few
        [("代办破费吗", None), ("图审破费不", None), ("审图破费多少", None)],  # no entry
        [("代办收费破费吗", "entry:fee")] * 3,  # the standard word stands beside it
        [
            ("代办破费吗", "entry:fee"),
            ("图审要破费不", "entry:cost"),
            ("审图破费多少", "entry:cost"),
            ("邮寄破费吗", "entry:mail"),
            ("寄件破费多少", "entry:mail"),
        ],  # it goes with other things as well
    ],
)
def test_what_is_not_sure_is_not_proposed(
    pairs: list[tuple[str, str | None]], segmenter: Segmenter
) -> None:
    assert find_synonyms(meanings(*pairs), LIBRARY, segmenter, ([], {}), no_place, 7) == []


def test_phrasings_that_differ_share_the_word_that_tells_their_entry_best(
    segmenter: Segmenter,
) -> None:
    """Real phrasings differ: a third of them has the word, and all of them name the place."""
    questions = (
        "三元代办进度怎么查",
        "三元办到哪一步了",
        "三元的事项进度",
        "三元代办走到哪了",
        "三元审批进度在哪看",
        "三元办得怎么样了",
    )
    others = [
        Passage(f"entry:{n}", "entry", (f"三元{word}", f"三元的{word}在哪", f"代办{word}"), "。")
        for n, word in enumerate(("公章", "图纸", "环评", "用地", "消防"))
    ]
    library = [Passage("entry:way", "entry", questions, "可以查。"), *others]
    asked = [
        (f"{word}进程{end}", "entry:way") for word, end in zip("看查问", "呢啊哈", strict=True)
    ]
    found = find_synonyms(
        meanings(*asked), library, segmenter, ([], {}), lambda each: each == "三元", 7
    )
    assert [(each.text, each.target) for each in found] == [("进程", "进度")]


def test_what_phrasings_say_for_one_standard_word_counts_as_that_word() -> None:
    synonyms = dict.fromkeys(("要钱", "收费", "多少钱", "花销"), "费用")
    words = Segmenter([*synonyms, "费用"])
    questions = ("代办要钱吗", "代办收费不", "代办多少钱", "代办的花销", "代办什么费用")
    library = [Passage("entry:fee", "entry", questions, "免费。"), *LIBRARY[-1:]]
    asked = [(f"{start}破费{end}", "entry:fee") for start, end in (("代办", "吗"), ("找人", "不"))]
    asked.append(("园区破费多少", "entry:fee"))
    known = (sorted(words.user_words), synonyms)
    (found,) = find_synonyms(meanings(*asked), library, words, known, no_place, 7)
    assert (found.text, found.target) == ("破费", "费用")


def test_a_known_synonym_is_not_proposed(segmenter: Segmenter) -> None:
    pairs = [("代办破费吗", "entry:fee"), ("图审破费不", "entry:cost"), ("审图破费", "entry:cost")]
    assert find_synonyms(meanings(*pairs), LIBRARY, segmenter, ([], {}), no_place, 7)
    assert find_synonyms(meanings(*pairs), LIBRARY, segmenter, (["破费"], {}), no_place, 7) == []
