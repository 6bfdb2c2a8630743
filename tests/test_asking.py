"""What of a question only asks."""

import pytest

from retrieval.asking import without_asking
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter, normalise


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("请问施工许可证什么时候能下来？", "施工许可证能下来"),
        ("您好，我想咨询一下用地批准要哪些材料呢", "用地批准要材料"),
        ("竣工验收需要多少天", "竣工验收需要多少天"),
        ("谁负责联合验收", "谁负责联合验收"),
        ("可否容缺受理", "容缺受理"),
    ],
)
def test_words_that_only_ask_are_left_out(question: str, left: str) -> None:
    kept = without_asking(normalise(question))
    assert "".join(char for char in kept if char.isalnum()) == left


def test_a_clause_is_not_found_by_the_words_that_only_ask() -> None:
    library = Library(Segmenter())
    library.publish(
        [
            Passage("asks", "clause", text="为什么、什么时候、哪些、如何，都在宣传册里讲清楚。"),
            Passage("tells", "clause", text="用地批准书由自然资源局核发，自受理起五个工作日办结。"),
            Passage("else", "clause", text="档案由城建档案馆保管。"),
        ]
    )
    scope = Scope("2026-01-01")
    hits = library.search("用地批准书什么时候能发，为什么，要哪些，如何", scope)
    assert hits[0].passage.id == "tells"
    assert "什么" not in hits[0].missing
    assert [hit.passage.id for hit in library.search("为什么呢", scope)] == ["asks"]
