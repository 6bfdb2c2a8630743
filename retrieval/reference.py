"""Does this machine's search give the scores of the reference, rank-bm25?

The postings are added up by routines of scipy's that differ between builds and versions, so an
installation can be checked against a slow and obvious implementation.
"""

from collections.abc import Sequence

from rank_bm25 import BM25Okapi

from retrieval.index import Index
from retrieval.segment import Segmenter

_TOLERANCE = 1e-9


def disagreements(texts: Sequence[str], questions: Sequence[str], segmenter: Segmenter) -> int:
    """How many of the questions get another score for some text than rank-bm25 gives.

    Needs at least two texts; on fewer the reference is not defined.
    """
    documents = [segmenter.terms(text) for text in texts]
    reference = BM25Okapi(documents)
    index = Index("okapi")
    keys = [str(number) for number in range(len(documents))]
    index.publish(zip(keys, documents, strict=True))
    wrong = 0
    for question in questions:
        terms = segmenter.terms(question)
        ours = index.snapshot.score(terms, keys)
        theirs = reference.get_scores(terms)
        wrong += any(abs(one - other) > _TOLERANCE for one, other in zip(ours, theirs, strict=True))
    return wrong
