"""Terms remembered from one start to the next."""

from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from retrieval.cutter import Cutter
from retrieval.segment import Segmenter

TEXTS = ["施工许可证怎么办", "\ud800坏字符", "", "断\0开"]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(["施工许可证"])


def remembered(
    segmenter: Segmenter, path: Path, texts: list[str], *, whole: bool = True
) -> list[list[str]]:
    """The terms of texts as a new process gets them."""
    return named(Cutter(segmenter, {"要钱": "收费"}), path, texts, whole=whole)


def named(cutter: Cutter, path: Path, texts: list[str], *, whole: bool = True) -> list[list[str]]:
    with cutter.remembering(path, whole):
        cut = cutter.number(texts)
    pieces = np.split(cut.numbers, np.cumsum(cut.sizes))[: len(texts)]
    return [[cutter.vocabulary.terms[number] for number in piece] for piece in pieces]


def plain(segmenter: Segmenter, texts: list[str]) -> list[list[str]]:
    cutter = Cutter(segmenter, {"要钱": "收费"})
    return [cutter.terms(text) for text in texts]


def held(path: Path) -> str:
    with np.load(path) as file:
        return str(file["texts"].tobytes().decode("utf-8", "surrogatepass"))


def refuse(text: str) -> list[str]:
    raise AssertionError("cut again")


def test_known_texts_are_not_cut_again(
    segmenter: Segmenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "terms.npz"
    expected = plain(segmenter, TEXTS)
    assert remembered(segmenter, path, TEXTS) == expected
    monkeypatch.setattr(segmenter._jieba, "cut_for_search", refuse)
    assert remembered(segmenter, path, TEXTS[:3]) == expected[:3]


def test_known_and_new_texts_come_in_their_order(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    remembered(segmenter, path, ["施工许可", "要钱吗"])
    mixed = ["竣工验收", "要钱吗", "", "施工许可", "竣工验收", "收费吗"]
    assert remembered(segmenter, path, mixed) == plain(segmenter, mixed)
    assert remembered(segmenter, path, mixed[::-1]) == plain(segmenter, mixed[::-1])


def test_the_file_forgets_what_the_library_no_longer_holds(
    segmenter: Segmenter, tmp_path: Path
) -> None:
    path = tmp_path / "terms.npz"
    remembered(segmenter, path, ["施工许可", "竣工验收"])
    remembered(segmenter, path, ["规划用地"], whole=False)
    assert "施工" in held(path)
    remembered(segmenter, path, ["竣工验收", "规划用地"])
    assert "施工" not in held(path)
    assert path.stat().st_mode & 0o077 == 0
    texts = ["竣工验收", "规划用地"]
    assert remembered(segmenter, path, texts) == plain(segmenter, texts)


def test_a_new_synonym_makes_the_file_a_foreign_one(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    remembered(segmenter, path, ["花钱吗"])
    cutter = Cutter(segmenter, {"花钱": "收费"})
    assert named(cutter, path, ["花钱吗"]) == [cutter.terms("花钱吗")]


def test_what_other_threads_cut_is_not_noted(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    cutter = Cutter(segmenter)
    with cutter.remembering(path):
        asker = Thread(target=cutter.number, args=(["私人问题"],))
        asker.start()
        asker.join()
    cutter.number(["后来的问题"])
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_written_anew(
    segmenter: Segmenter, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "terms.npz"
    path.write_bytes(content)
    assert remembered(segmenter, path, ["施工"]) == plain(segmenter, ["施工"])
    assert "施工" in held(path)


def test_numbers_that_do_not_fit_are_not_taken(segmenter: Segmenter, tmp_path: Path) -> None:
    path = tmp_path / "terms.npz"
    remembered(segmenter, path, ["施工"])
    with np.load(path) as file:
        parts = dict(file)
    with path.open("wb") as draft:
        np.savez(draft, **{**parts, "numbers": parts["numbers"] + 1000})
    assert remembered(segmenter, path, ["施工"]) == plain(segmenter, ["施工"])
