"""All measures of captions at once: BLEU, ROUGE-L, CIDEr, CIDEr-D and METEOR against the references of each picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabula.metrics.bleu import Bleu, bleu_scores
from fabula.metrics.cider import Cider, DocumentFrequencies, document_frequencies
from fabula.metrics.meteor import Meteor, meteor_scores
from fabula.metrics.rouge import rouge_l
from fabula.metrics.tokens import caption_tokens


@dataclass(frozen=True, eq=False)
class EachCaption:
    """The values of n captions one by one, and the counts from which BLEU and METEOR of a corpus follow.

    ``rouge_l``, ``cider`` and ``cider_d`` are (n,), ``bleu_counts`` (n, 10) and ``meteor_counts`` (n, 6), all float.
    """

    bleu_counts: np.ndarray
    rouge_l: np.ndarray
    cider: np.ndarray
    cider_d: np.ndarray
    meteor_counts: np.ndarray

    @property
    def bleu(self) -> np.ndarray:
        """BLEU-1 to BLEU-4 of each caption: (n, 4)."""
        return bleu_scores(self.bleu_counts)

    @property
    def meteor(self) -> np.ndarray:
        """METEOR of each caption: (n,)."""
        return meteor_scores(self.meteor_counts)


@dataclass(frozen=True, eq=False)
class CaptionScores:
    """Measures of a corpus of captions, with each picture's own in the order of ``pictures``.

    BLEU (1 to 4) and METEOR are of the corpus as a whole, the others are means over pictures. BLEU, ROUGE-L and METEOR
    lie in 0..1, CIDEr and CIDEr-D in 0..10. ``cider_d`` is what papers report as "CIDEr".
    """

    bleu: tuple[float, float, float, float]
    rouge_l: float
    cider: float
    cider_d: float
    meteor: float
    pictures: tuple[str, ...]
    each: EachCaption

    def drawn(self, rows: np.ndarray) -> "CaptionScores":
        """The measures of some of the pictures, by position, with repetitions: what a bootstrap needs.

        CIDEr keeps the document frequencies of the whole corpus.
        """
        each = self.each
        part = EachCaption(
            each.bleu_counts[rows], each.rouge_l[rows], each.cider[rows], each.cider_d[rows], each.meteor_counts[rows]
        )
        return _of_corpus(tuple(self.pictures[int(row)] for row in rows), part)


def score_captions(
    candidates: Mapping[str, str],
    references: Mapping[str, Sequence[str]],
    frequencies: DocumentFrequencies | None = None,
) -> CaptionScores:
    """Measure one caption for each picture, as coco-caption does.

    Args:
        candidates: the caption of each picture, as plain text.
        references: the sentences that people wrote for each; pictures without a candidate are left out.
        frequencies: for CIDEr; those of the references of the candidates' pictures otherwise.

    Raises:
        ValueError: there is no candidate, or a candidate's picture has no references.
    """
    pictures = tuple(candidates)
    missing = [picture for picture in pictures if not references.get(picture)]
    if missing or not pictures:
        raise ValueError(f"the picture {missing[0]} has no references" if missing else "there is no caption to measure")
    each = score_each(
        [candidates[p] for p in pictures], range(len(pictures)), [references[p] for p in pictures], frequencies
    )
    return _of_corpus(pictures, each)


def score_each(
    candidates: Sequence[str],
    pictures: Sequence[int],
    references: Sequence[Sequence[str]],
    frequencies: DocumentFrequencies | None = None,
) -> EachCaption:
    """Measure any number of captions for each picture.

    Args:
        candidates: n captions as plain text.
        pictures: for each the number of its picture in ``references``.
        references: the sentences of each picture.
        frequencies: for CIDEr; otherwise those of ``references``, each picture's as often as it has candidates.

    Raises:
        ValueError: there are not as many pictures as candidates, or a picture has no references.
    """
    written = [[caption_tokens(text) for text in sentences] for sentences in references]
    if frequencies is None:
        copies = np.bincount(np.asarray(pictures, int), minlength=len(written)).tolist()
        frequencies = document_frequencies(written, copies)
    cider = Cider(written, frequencies)
    bleu, meteor = [Bleu(sentences) for sentences in written], [Meteor(sentences) for sentences in written]
    words = [caption_tokens(text) for text in candidates]
    paired = list(zip(words, pictures, strict=True))
    return EachCaption(
        bleu_counts=np.array([bleu[k].counts(candidate) for candidate, k in paired]),
        rouge_l=np.array([rouge_l(candidate, written[k]) for candidate, k in paired]),
        cider=cider.cider(words, pictures),
        cider_d=cider.cider_d(words, pictures),
        meteor_counts=np.array([meteor[k].counts(candidate) for candidate, k in paired]),
    )


def _of_corpus(pictures: tuple[str, ...], each: EachCaption) -> CaptionScores:
    bleu = bleu_scores(each.bleu_counts.sum(axis=0))
    return CaptionScores(
        bleu=(float(bleu[0]), float(bleu[1]), float(bleu[2]), float(bleu[3])),
        rouge_l=float(each.rouge_l.mean()),
        cider=float(each.cider.mean()),
        cider_d=float(each.cider_d.mean()),
        meteor=float(meteor_scores(each.meteor_counts.sum(axis=0))),
        pictures=pictures,
        each=each,
    )
