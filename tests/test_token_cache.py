"""Terms remembered from one start to the next."""

from pathlib import Path
from threading import Thread

import pytest

from retrieval.segment import Segmenter

TEXTS = ["施工许可证怎么办", "\ud800坏字符", ""]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(["施工许可证"])


def remembered(segmenter: Segmenter, path: Path, texts: list[str]) -> list[list[str]]:
    with segmenter.remembering(path):
        return [segmenter.terms(text) for text in texts]


def refuse(text: str) -> list[str]:
    raise AssertionError("cut again")


def test_known_texts_are_not_cut_again(
    segmenter: Segmenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "terms.json"
    plain = [segmenter.terms(text) for text in TEXTS]
    assert remembered(segmenter, path, TEXTS) == plain
    monkeypatch.setattr(segmenter._jieba, "cut_for_search", refuse)
    assert remembered(segmenter, path, TEXTS) == plain


def test_both_kinds_of_terms_are_kept_apart(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.json"
    for _ in range(2):
        with segmenter.remembering(path):
            assert "c施" in segmenter.terms("施工")
            assert "c施" not in segmenter.terms("施工", chars=False)


def test_the_file_forgets_what_the_library_no_longer_holds(
    segmenter: Segmenter, tmp_path: Path
) -> None:
    path = tmp_path / "terms.json"
    remembered(segmenter, path, ["施工许可", "竣工验收"])
    remembered(segmenter, path, ["竣工验收"])
    assert "施工" not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_questions_of_other_threads_are_not_noted(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.json"
    with segmenter.remembering(path):
        asker = Thread(target=segmenter.terms, args=("私人问题",))
        asker.start()
        asker.join()
    segmenter.terms("后来的问题")
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"fingerprint": "other", "terms": {"c施工": "x"}}']
)
def test_a_damaged_or_foreign_file_is_written_anew(
    segmenter: Segmenter, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "terms.json"
    path.write_text(content)
    assert remembered(segmenter, path, ["施工"]) == [segmenter.terms("施工")]
    assert "w施工" in path.read_text("utf-8")
