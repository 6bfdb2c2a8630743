"""How fast searching, publishing and starting are, beside others on the same input in the same run.

    python -m benchmarks.speed                       1,000, 10,000 and 100,000 texts
    python -m benchmarks.speed --sizes 1000000       a million: half an hour, 10 GB

Prints tables and writes them to RESULTS.md. bm25s, numba and tantivy come with the `bench`
dependency group; whoever is not installed is left out with a line that says so.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import Row, measured, render_table, replace_section
from benchmarks.speed_contenders import Contender, Ours, RankBm25, contenders
from benchmarks.speed_corpus import Sentences, Words, load_sentences, make_queries, make_texts
from benchmarks.speed_library import measure_library
from retrieval.segment import Segmenter

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUERIES = 1_000
ROUNDS = 3
PATIENCE = 6.0  # seconds that one contender may take for one round; slow ones get fewer queries
FEWEST = 15

Seconds = NDArray[np.float64]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--sizes", type=int, nargs="*", choices=SIZES, default=[1_000, 10_000, 100_000]
    )
    given = options.parse_args()
    sentences = load_sentences(Segmenter())
    for size in given.sizes:
        title = f"Best 10 of {size:,} texts of 110 words, {sentences.origin}"
        write_table(f"search of {size}", title, partial(compare_searches, sentences, size))
    title = "10,000 entries with 60,000 phrasings"
    write_table("library", title, partial(measure_library, sentences))


def write_table(section: str, title: str, measure: Callable[[], tuple[Row, list[Row]]]) -> None:
    """Measures, prints the table and writes it to its section of RESULTS.md."""
    when = measured_under_load()
    table = render_table(title, *measure())
    print(table, flush=True)
    replace_section(section, f"{table}\n{when}")


def measured_under_load() -> str:
    """When and on what, and what else the machine was doing (processes that ran or waited)."""
    return f"{measured()} Load before: {os.getloadavg()[0]:.1f}."


def compare_searches(sentences: Sentences, size: int) -> tuple[Row, list[Row]]:
    """All contenders over the same texts and queries, in turns of one round each."""
    texts, queries = list(make_texts(sentences, size)), make_queries(sentences, QUERIES)
    racers, building = contenders(), []
    for racer in racers:
        building.append(_time(partial(racer.build, texts)))
    gc.collect()
    gc.freeze()
    counts = [_affordable(racer, queries) for racer in racers]
    rounds: list[list[Seconds]] = [[] for _ in racers]
    for _ in range(ROUNDS):
        for racer, count, times in zip(racers, counts, rounds, strict=True):
            _time_each(
                racer.search, queries[len(queries) - count // 20 :]
            )  # the caches are others'
            times.append(_time_each(racer.search, queries[:count]))
    medians = [np.median(times, axis=0) for times in rounds]
    reference = medians[0]
    rows: list[Row] = []
    for racer, taken, built in zip(racers, medians, building, strict=True):
        shared = min(len(taken), len(reference))
        ratio = reference[:shared].mean() / taken[:shared].mean()
        rows.append(
            [racer.name, f"{ratio:,.3g}", *_figures(taken), str(len(taken)), f"{built:.1f}"]
        )
    rows.append(_agreement(racers, queries[: counts[0]]))
    return ["", "× rank-bm25", "median ms", "p99 ms", "queries", "build s"], rows


def _affordable(racer: Contender, queries: Sequence[Words]) -> int:
    """How many queries a contender gets."""
    taken = _time_each(racer.search, queries[:FEWEST]).mean()
    return int(min(len(queries), max(FEWEST, PATIENCE / taken)))


def _agreement(racers: Sequence[Contender], queries: Sequence[Words]) -> Row:
    """For how many queries ours finds ten texts that rank-bm25 scores as high as its own ten."""
    theirs = next(racer for racer in racers if isinstance(racer, RankBm25))
    ours = next(racer for racer in racers if racer.name == "小海马 (okapi)")
    assert isinstance(ours, Ours)
    equal = 0
    for query in queries:
        found, expected = ours.search(query), theirs.search(query)
        # Of texts without any of the words rank-bm25 names some, we none.
        scores = ours.scores(query, found), ours.scores(query, expected[: len(found)])
        equal += np.allclose(*scores, rtol=0, atol=1e-9)
    return [f"小海马 (okapi) finds rank-bm25's ten: {equal} of {len(queries)}", *[""] * 5]


def _time(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _time_each(action: Callable[[Words], object], queries: Sequence[Words]) -> Seconds:
    return np.array([_time(partial(action, query)) for query in queries])


def _figures(taken: Seconds) -> list[str]:
    return [f"{np.median(taken) * 1e3:.3g}", f"{np.quantile(taken, 0.99) * 1e3:.3g}"]


if __name__ == "__main__":
    main()
