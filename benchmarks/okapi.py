"""The baseline: rank-bm25 over the words of each entry or passage, as most people would begin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rank_bm25 import BM25Okapi

from retrieval.evaluate import Bench, load_questions
from retrieval.segment import Segmenter

_RANKED = 10


def predict_okapi(folder: Path, bench: Bench, segmenter: Segmenter) -> Iterator[dict[str, Any]]:
    """Predictions for `score_bench.py`; the confidence is the raw score."""
    texts = [
        " ".join(passage.questions) if passage.questions else f"{passage.title} {passage.text}"
        for passage in bench.passages
    ]
    reference = BM25Okapi([segmenter.words(text) for text in texts])
    for row in load_questions(folder):
        scores = reference.get_scores(segmenter.words(row["query"]))
        best = np.argsort(-scores, kind="stable")
        passages = [bench.passages[place] for place in best[:100]]
        documents = dict.fromkeys(
            bench.documents[each.group] if each.group else bench.ids[each.id] for each in passages
        )
        yield {
            "id": row["id"],
            "ranked": list(documents)[:_RANKED],
            "passages": [bench.ids[each.id] for each in passages[:_RANKED]],
            "confidence": float(scores[best[0]]),
        }
