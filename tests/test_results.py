"""The sections of RESULTS.md that commands write, and the baseline beside which they measure."""

import json
from pathlib import Path

from benchmarks.okapi import predict_okapi
from benchmarks.results import RESULTS, render_table, replace_section
from retrieval.evaluate import load_folder
from retrieval.segment import Segmenter


def test_a_section_is_added_once_and_then_replaced(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    path.write_text("# What was measured\n\nBy hand.\n", "utf-8")
    replace_section("quality", "old figures\n", path)
    replace_section("speed", "fast", path)
    replace_section("quality", render_table("New", ["set", "R@1"], [["one", "90.0"]]), path)
    text = path.read_text("utf-8")
    assert text.startswith("# What was measured\n\nBy hand.\n")
    assert "old figures" not in text
    assert text.index("| one | 90.0 |") < text.index("fast")
    assert text.count("quality: written by a command") == 1


def test_the_sections_of_the_results_are_well_marked() -> None:
    text = RESULTS.read_text("utf-8")
    for line in text.splitlines():
        if line.endswith(": written by a command -->"):
            name = line.removeprefix("<!-- ").partition(":")[0]
            assert text.index(line) < text.index(f"<!-- end of {name} -->")


def test_the_baseline_predicts_in_the_format_of_the_bench(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "doc": "a", "title": "许可办法", "text": "施工许可证由住建局核发。"},
        {"id": 2, "doc": "a", "title": "许可办法", "text": "本办法自公布起施行。"},
        {"id": 3, "doc": "b", "title": "档案办法", "text": "档案由城建档案馆保管。"},
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "passages.jsonl").write_text(lines, "utf-8")
    asked = json.dumps({"id": "q", "query": "档案由谁保管"}, ensure_ascii=False)
    (tmp_path / "queries.jsonl").write_text(asked, "utf-8")
    (found,) = predict_okapi(tmp_path, load_folder(tmp_path, 0), Segmenter())
    assert found["ranked"] == ["b", "a"]
    assert found["passages"][0] == 3
