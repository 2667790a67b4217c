"""How much texts say that is new: against a writer who always says the same, or says it again and again.

Texts are sequences of words, cut by the caller (``align.words.tokenise`` for stories), case folded.
"""

from collections.abc import Sequence

from fabula.metrics.ngrams import runs

LOOP = 4  # words: shorter runs come back in any good text


def distinct_n(texts: Sequence[Sequence[str]], n: int) -> float:
    """distinct-n: the share of all runs of n words that are different (Li et al. 2016, section 5.3).

    It falls with the amount of text, so compare only as many texts of like length.

    Args:
        texts: the words of each text; no run crosses from one to the next.
        n: words of a run; the paper has 1 and 2.

    Returns:
        Near 0 (always the same) to 1 (nothing twice); 0 if no text has a run.
    """
    if n < 1:
        raise ValueError(f"no run has {n} words")
    found = [run for text in texts for run in runs(text, n)]
    return len(set(found)) / len(found) if found else 0.0


def repetition(text: Sequence[str], n: int = LOOP) -> float:
    """The share of a text's runs of n words that stood in it before: seq-rep-n (Welleck et al. 2020, section 6).

    Returns:
        0 (nothing twice) to near 1 (a loop); 0 for a text that is too short to have a run.
    """
    return 1 - distinct_n([text], n) if len(text) >= n else 0.0
