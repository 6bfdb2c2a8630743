"""Long answers in pieces that Telegram takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram_text import TEXT_LIMIT, shorten, split_text, utf16_units

SENTENCE = "竣工联合验收由项目单位在平台上一次申请，各部门并联办理。"


def test_a_short_text_stays_whole() -> None:
    assert split_text("  可以。\n") == ["可以。"]
    assert split_text(" \n ") == []


def test_a_long_text_is_cut_at_sentence_ends() -> None:
    text = SENTENCE * 400
    pieces = split_text(text)
    assert len(pieces) == 3
    assert all(piece.endswith("。") for piece in pieces)
    assert "".join(pieces) == text


def test_closing_quotes_stay_with_their_sentence() -> None:
    pieces = split_text("他说“可以。”然后走了，没有回来", 8)
    assert pieces == ["他说“可以。”", "然后走了，", "没有回来"]


def test_a_decimal_point_is_no_sentence_end() -> None:
    assert split_text("容积率不超过 2.5，绿地率 35%", 12)[0] == "容积率不超过 2.5，"


def test_a_horse_counts_twice_and_is_never_cut_in_two() -> None:
    pieces = split_text("🐴" * 3000)
    assert [utf16_units(piece) for piece in pieces] == [4096, 1904]


@pytest.mark.parametrize(("limit", "shown"), [(4, "竣工验收"), (3, "竣工…")])
def test_shorten(limit: int, shown: str) -> None:
    assert shorten("竣工验收", limit) == shown


@given(st.text(alphabet="海马🐴。，；\n a1.”", max_size=300), st.integers(2, 40))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(0 < utf16_units(piece) <= limit <= TEXT_LIMIT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
