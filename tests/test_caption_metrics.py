"""The measures of captions against coco-caption's own programs, run once on captions made for this test.

The figures were printed by pycocoevalcap 1.2: PTBTokenizer, then Bleu(4), Rouge, Cider (CIDEr-D), and Meteor's jar with
``-m "exact stem" -w "1.0 0.6"``. Those of CIDEr are its CiderScorer without the clipping and the penalty for length.
"""

import itertools
import math
import random

import numpy as np
import pytest

from fabula.evaluate.statistics import bootstrap_interval
from fabula.metrics.captions import score_captions, score_each
from fabula.metrics.cider import Cider, DocumentFrequencies, document_frequencies
from fabula.metrics.meteor import Meteor, meteor_scores
from fabula.metrics.rouge import rouge_l
from fabula.metrics.tokens import Tokens, caption_tokens
from fabula.metrics.word_alignment import Stemmed, align_words

CANDIDATES = {
    "park": "A man's dog runs across the green park .",
    "beach": "two children play with a ball on the beach",
    "street": "People are walking down the street at night.",
    "kitchen": "A woman cooks a woman cooks",
    "zoo": "zebra",
    "mat": "The cat sits on the mat .",
}
REFERENCES = {
    "park": [
        "A brown dog is running through a park.",
        "A dog runs on the grass , chasing a ball.",
        "The dog races across a green field",
    ],
    "beach": [
        "Two kids are playing with a red ball at the beach.",
        "Children play ball on the sand , near the sea.",
        "Two children with a ball",
    ],
    "street": [
        "A crowd walks along a city street at night .",
        "People walk down a street",
        "Pedestrians on a well-lit street, late at night!",
    ],
    "kitchen": ["A woman is cooking dinner in her kitchen.", "A woman cooks"],
    "zoo": ["A horse eats hay."],
    "mat": ["The cat sits on the mat.", "A cat on a mat"],
}
BLEU = (0.676671, 0.553754, 0.425562, 0.306655)
BLEU_EACH = [
    [0.777778, 0.311805, 0.000002, 0.0],
    [1.0, 0.935414, 0.629961, 0.00008],
    [0.625, 0.422577, 0.309899, 0.000049],
    [0.358266, 0.320443, 0.263972, 0.000046],
    [0.0, 0.0, 0.0, 0.0],
    [1.0, 1.0, 1.0, 1.0],
]
ROUGE_EACH = [0.444444, 0.829932, 0.481579, 0.709302, 0.0, 1.0]
CIDER_D_EACH = [1.102804, 2.389662, 1.538451, 1.836462, 0.0, 5.924159]
CIDER_EACH = [1.129888, 2.674218, 1.605028, 4.114146, 0.0, 5.937084]
METEOR, METEOR_EACH = 0.335569, [0.247887, 0.441589, 0.324699, 0.450744, 0.0, 1.0]


def test_the_measures_are_those_of_coco_caption() -> None:
    scores = score_captions(CANDIDATES, REFERENCES)
    assert scores.bleu == pytest.approx(BLEU, abs=1e-5)
    assert scores.rouge_l == pytest.approx(0.577543, abs=1e-5)
    assert scores.cider_d == pytest.approx(2.131923, abs=1e-5)
    assert scores.cider == pytest.approx(2.576727, abs=1e-5)
    assert scores.meteor == pytest.approx(METEOR, abs=1e-5)
    each = scores.each
    np.testing.assert_allclose(each.bleu, BLEU_EACH, atol=1e-5)
    np.testing.assert_allclose(each.rouge_l, ROUGE_EACH, atol=1e-5)
    np.testing.assert_allclose(each.cider_d, CIDER_D_EACH, atol=1e-5)
    np.testing.assert_allclose(each.cider, CIDER_EACH, atol=1e-5)
    np.testing.assert_allclose(each.meteor, METEOR_EACH, atol=1e-5)
    assert scores.pictures == tuple(CANDIDATES)


@pytest.mark.parametrize(
    ("text", "words"),
    [  # as the Java PTBTokenizer has them, without coco-caption's list of punctuation
        ("He's a man; she isn't.", "he 's a man she is n't"),
        ("The woman cannot, they're gonna go", "the woman can not they 're gon na go"),
        ('A T-shirt says "stop" -- and that...', "a t-shirt says stop and that"),
        ("Dale Jr. ( # 7 ) at 10:30 in Washington D.C.", "dale jr. -lrb- # 7 -rrb- at 10:30 in washington d.c."),
        ('cut-outs of the letter " P. "', "cut-outs of the letter p."),
        ("dogs' toys , rock 'n' roll , a slip n 'slide", "dogs toys rock 'n' roll a slip n slide"),
        ("AT&T black&white , $5.50 or 1,000 & 50%", "at&t black & white $ 5.50 or 1,000 & 50 %"),
        ("“curly” it’s — dash … stairs.] with", "curly it 's dash stairs -rsb- with"),
        ("the '80s o'clock and/or y'all", "the '80s o'clock and/or y' all"),
        (" . ", ""),
    ],
)
def test_tokens_are_those_of_the_ptb_tokenizer(text: str, words: str) -> None:
    assert " ".join(caption_tokens(text)) == words


def test_a_drawn_corpus_is_measured_like_a_corpus() -> None:
    scores = score_captions(CANDIDATES, REFERENCES)
    rows = np.array([0, 2, 3])
    part = [list(CANDIDATES)[k] for k in rows]
    alone = score_captions({p: CANDIDATES[p] for p in part}, REFERENCES)
    drawn = scores.drawn(rows)
    assert drawn.bleu == pytest.approx(alone.bleu)
    assert drawn.meteor == pytest.approx(alone.meteor)
    assert drawn.cider_d == pytest.approx(np.mean([CIDER_D_EACH[k] for k in rows]), abs=1e-5)  # frequencies of all
    assert drawn.cider_d != pytest.approx(alone.cider_d, abs=1e-3)
    low, high = bootstrap_interval(np.arange(6), lambda k: scores.drawn(k).bleu[3], draws=50)
    assert low < scores.bleu[3] < high


def test_several_captions_of_a_picture_share_its_references() -> None:
    references = [REFERENCES["park"], REFERENCES["mat"]]
    texts = [CANDIDATES["park"], "A cat", CANDIDATES["mat"]]
    each = score_each(texts, [0, 1, 1], references)
    repeated = score_captions(
        dict(zip("abc", texts, strict=True)), {"a": references[0], "b": references[1], "c": references[1]}
    )
    np.testing.assert_allclose(each.cider_d, repeated.each.cider_d)
    np.testing.assert_allclose(each.meteor, repeated.each.meteor)
    np.testing.assert_allclose(each.bleu, repeated.each.bleu)


def test_cider_with_given_frequencies() -> None:
    written = [[caption_tokens(text) for text in REFERENCES[p]] for p in CANDIDATES]
    words = [caption_tokens(text) for text in CANDIDATES.values()]
    own = document_frequencies(written)
    assert own.documents == 6 and own.counts["a",] == 6 and own.counts["the",] == 3 and own.counts["on", "the"] == 3
    np.testing.assert_allclose(Cider(written, own).cider_d(words), CIDER_D_EACH, atol=1e-5)
    # one word each, so one cosine of four is 1 and the rest nothing; a word of all pictures is worth nothing
    single = Cider([[("dog",)], [("dog",)]], DocumentFrequencies({("dog",): 5}, 10))
    np.testing.assert_allclose(single.cider([("dog",), ("cat",)]), [2.5, 0])
    everywhere = Cider([[("dog",)]], DocumentFrequencies({("dog",): 10}, 10))
    np.testing.assert_allclose(everywhere.cider_d([("dog",), ("dog",)], [0, 0]), [0, 0])


def test_cider_d_punishes_length_and_repetition_and_cider_does_not() -> None:
    reference = ("red", "dog")
    scorer = Cider([[reference]], DocumentFrequencies({}, 100))
    repeated = ("red",) * 8 + ("dog",) * 8
    plain, clipped = scorer.cider([repeated], [0])[0], scorer.cider_d([repeated], [0])[0]
    cosine_2 = 1 / math.sqrt(7**2 + 1 + 7**2)  # of pairs: red red 7, red dog 1, dog dog 7
    assert plain == pytest.approx(10 * (1 + cosine_2) / 4)
    penalty = math.exp(-(14**2) / (2 * 6**2))
    assert clipped == pytest.approx(10 * (1 / 8 + cosine_2) / 4 * penalty)


def longest_common(a: Tokens, b: Tokens) -> int:
    subsequences = {c for n in range(len(a) + 1) for c in itertools.combinations(a, n)}
    return max(len(c) for n in range(len(b) + 1) for c in itertools.combinations(b, n) if c in subsequences)


def test_rouge_against_all_subsequences() -> None:
    draw = random.Random(1)
    for _ in range(50):
        a = tuple(draw.choices("xyz", k=draw.randint(1, 6)))
        references = [tuple(draw.choices("xyz", k=draw.randint(1, 6))) for _ in range(2)]
        common = [longest_common(a, b) for b in references]
        p, r = max(common) / len(a), max(c / len(b) for c, b in zip(common, references, strict=True))
        expected = 2.44 * p * r / (r + 1.44 * p) if p else 0
        assert rouge_l(a, references) == pytest.approx(expected)


def best_alignment(a: Tokens, b: Tokens) -> tuple[int, int]:
    """Most matches, then fewest chunks, over all one-to-one alignments of equal words."""
    choices = [[None, *(i for i, word in enumerate(a) if word == other)] for other in b]
    best = (0, 0)
    for chosen in itertools.product(*choices):
        taken = [i for i in chosen if i is not None]
        if len(set(taken)) == len(taken):
            chunks = sum(i is not None and (j == 0 or chosen[j - 1] != i - 1) for j, i in enumerate(chosen))
            best = min(best, (-len(taken), chunks))
    return -best[0], best[1]


def test_word_alignment_against_all_alignments() -> None:
    draw = random.Random(2)
    for _ in range(150):
        a, b = (tuple(draw.choices(["dog", "ball", "red", "man"], k=draw.randint(1, 6))) for _ in range(2))
        matches, chunks = align_words(Stemmed(a), Stemmed(b))
        assert (len(matches), chunks) == best_alignment(a, b)
        assert all(a[m.candidate] == b[m.reference] and m.exact for m in matches)


def test_alignment_prefers_the_word_itself_to_its_stem() -> None:
    matches, _ = align_words(Stemmed(("runs", "run")), Stemmed(("run",)))
    assert [(m.candidate, m.exact) for m in matches] == [(1, True)]
    matches, _ = align_words(Stemmed(("running",)), Stemmed(("runs", "dog")))
    assert [(m.candidate, m.reference, m.exact) for m in matches] == [(0, 0, False)]


def test_meteor_by_hand() -> None:
    # "dog" and "runs" (by stem, .6) of a candidate of two words, reference of three; one chunk of two matches
    counts = Meteor([("a", "dog", "running")]).counts(("dog", "runs"))
    precision, recall = (0.75 + 0.6 * 0.75) / 1.5, (0.75 + 0.6 * 0.75) / 1.75
    mean = precision * recall / (0.85 * precision + 0.15 * recall)
    assert float(meteor_scores(counts)) == pytest.approx(mean * (1 - 0.6 * 0.5**0.2))


def test_endless_repetition_is_measured_in_time() -> None:
    words = ("a", "dog") * 40
    assert float(meteor_scores(Meteor([words[::-1]]).counts(words))) > 0


def test_empty_captions_score_nothing() -> None:
    scores = score_captions({"park": "", "mat": "."}, REFERENCES)
    assert scores.bleu[0] == scores.rouge_l == scores.cider == scores.cider_d == scores.meteor == 0


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(ValueError, match="moon has no references"):
        score_captions({"moon": "a moon"}, REFERENCES)
    with pytest.raises(ValueError, match="no caption"):
        score_captions({}, REFERENCES)
    with pytest.raises(ValueError, match="no reference"):
        Cider([[]])
    with pytest.raises(ValueError):
        Cider([[("a",)]]).cider_d([("a",), ("b",)])
