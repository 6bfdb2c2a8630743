"""Normal form, words and index terms."""

import random
import unicodedata

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.segment import Segmenter, find_recuts, is_reordered, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(["项目管家"])


@given(ANY_TEXT)
def test_normal_form_is_stable_clean_and_never_fails(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert not {unicodedata.category(char) for char in normal} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert normal == normal.strip()
    assert "  " not in normal


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ＡＢＣ１２３％", "abc123%"),
        ("施工許可證要準備什麼", "施工许可证要准备什么"),
        ("施\u200b工\ufeff许\u202e可", "施工许可"),
        ("第一行\r\n第二行\t完", "第一行 第二行 完"),
        ("\ud800施工\udfff", "施工"),
        ("\u3000㈠ ⼯程周期⻓", "(一) 工程周期长"),
    ],
)
def test_what_people_type_becomes_normal(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


def test_curators_words_stay_whole_and_their_parts_are_found_too(segmenter: Segmenter) -> None:
    assert "项目管家" in segmenter.words("谁是我的项目管家？")
    assert "管家" in segmenter.words("谁是我的项目管家？")
    assert "项目管家" not in Segmenter().words("谁是我的项目管家？")


def test_words_are_those_of_jieba(segmenter: Segmenter) -> None:
    plain = jieba.Tokenizer()
    plain.FREQ, plain.total = plain.gen_pfdict(plain.get_dict_file())
    plain.initialized = True
    plain.add_word("项目管家")
    assert segmenter.frequencies == plain.FREQ
    assert segmenter.all_words == plain.total
    chance = random.Random(7)
    letters = "项目管家施工许可证怎么办理的了不南京市长江大桥研究生命起源乒乓球拍卖完𠮷3a，"
    for _ in range(500):
        text = normalise("".join(chance.choices(letters, k=chance.randint(1, 30))))
        cut = [word for word in plain.cut_for_search(text) if word.isalnum()]
        assert segmenter.words(text) == cut


def test_punctuation_is_no_word(segmenter: Segmenter) -> None:
    assert segmenter.words("，。？！ 《》…🙂") == []
    assert segmenter.terms("，。？！ 《》…🙂") == []


def test_terms_name_their_kind(segmenter: Segmenter) -> None:
    assert segmenter.terms("办证 3天") == [
        *("w办证", "w3", "w天"),
        *("c办", "c证", "c3", "c天"),
        *("b办证", "b证3", "b3天"),
    ]


def test_homophones_and_typed_pinyin_sound_the_same(segmenter: Segmenter) -> None:
    right = segmenter.sounds("施工许可证")
    assert segmenter.sounds("施工许可正") == right
    assert segmenter.sounds("shigongxukezheng") == right
    assert segmenter.sounds("shigong许可证") == right
    assert right[:2] == ["pshi", "pgong"]
    assert "pshi gong" in right
    assert segmenter.sounds("xqz 123") == []


def test_it_shows_which_texts_another_dictionary_cuts_otherwise(segmenter: Segmenter) -> None:
    texts = ["小海马能做什么", "怎么收费"]
    (recut,) = find_recuts(segmenter, Segmenter([*segmenter.user_words, "小海马"]), texts)
    assert recut.text == texts[0]
    assert "小海马" in recut.after
    assert "小海马" not in recut.before


def test_fingerprint_depends_on_the_words_and_not_on_their_order() -> None:
    one, other = Segmenter(["容缺受理", "多规合一"]), Segmenter(["多规合一", "容缺受理"])
    assert one.fingerprint == other.fingerprint
    assert one.words("多规合一与容缺受理") == other.words("多规合一与容缺受理")
    assert one.fingerprint != Segmenter().fingerprint


def test_a_text_that_is_shown_in_another_order_is_recognised() -> None:
    assert is_reordered("\u202e吗费收办代\u202c")
    assert is_reordered("请问\u202e吗费收办代")
    for text in (
        "\u202e代\u202c办收费吗",
        "\u202e\u202c代办",
        "\u2066江海\u2069能\u202d延期",
        "代办收费吗",
        "",
    ):
        assert not is_reordered(text), ascii(text)
