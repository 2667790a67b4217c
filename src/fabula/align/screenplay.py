"""Screenplay to subtitles: who speaks each line, and in which scene.

The longest common subsequence of the two token streams over the whole film (StoryMovie: Oliveira and Martins de
Matos 2026) is one piece of evidence; how likely a cue's words are in each speech is another. A chain
over the cues' turns weighs them: it stays in a speech or goes on to the next, may jump where scenes
were moved, and passes cues that the screenplay does not have. Times are then carried over word by word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabula.align.lattice import chain_marginals, longest_common_subsequence, motion
from fabula.align.likelihood import word_likelihood
from fabula.align.script_times import time_lines, time_scenes
from fabula.align.turns import Part, Turn, cue_parts, script_turns
from fabula.records import Cue, Scene, Screenplay, ScriptLine, Subtitles

DEPENDENCE = 0.7  # words of one line are not independent: their joint likelihood ratio is worth about this share
IN_ORDER = 0.5  # nats for each word that the longest common subsequence of the whole film matches
DOUBT = 0.5  # nats that a match must overcome, so that a line which shares no word with its place stays open
NAMED = 3.0  # nats for or against a speaker whom the subtitles name themselves
NAMED_SCORE = 0.9  # a name in the subtitles was put there by someone who watched the film
ACCEPT = 0.5

GOES_ON = motion(stay=0.42, forward=[(0.45, 1.3), (0.08, 8)], backward=(0.04, 2), jump=0.002, leave=0.1, stay_out=0.6)
ANSWERS = motion(stay=0.02, forward=[(0.85, 1.3), (0.08, 8)], backward=(0.04, 2), jump=0.002, leave=0.1, stay_out=0.6)
"""Between parts of one cue the speaker changes: that is what the dashes say."""


@dataclass(frozen=True)
class ScreenplayAlignment:
    """The records with what the aligner found: cues with speakers and scenes, lines and scenes with times."""

    cues: tuple[Cue, ...]
    lines: tuple[ScriptLine, ...]
    scenes: tuple[Scene, ...]


@dataclass(frozen=True)
class _Verdict:
    """What is known of one part: its speaker with probability, its turn, and its scene with probability."""

    speaker: str | None
    score: float
    turn: int | None
    scene: int | None


def align_screenplay(cues: Sequence[Cue] | Subtitles, screenplay: Screenplay) -> ScreenplayAlignment:
    """Give each cue its speaker and scene, and each line of the screenplay its time.

    Args:
        cues: the subtitles, in the order of the film.
        screenplay: the screenplay; its draft may differ from the film.

    Returns:
        The cues in the order given, and the screenplay's lines and scenes. A cue's score is the chain's probability
        that its speaker is right; a cue that nothing supports has no speaker. Lines without a match have times
        interpolated between their neighbours and say so.
    """
    cues = cues.cues if isinstance(cues, Subtitles) else cues
    parts, turns = cue_parts(cues), script_turns(screenplay)
    if not parts or not turns:
        return ScreenplayAlignment(tuple(cues), screenplay.lines, screenplay.scenes)
    moves = [ANSWERS if k and part.cue == parts[k - 1].cue else GOES_ON for k, part in enumerate(parts)]
    matched, passing = chain_marginals(_evidence(parts, turns), moves)
    verdicts = _verdicts(parts, turns, matched, passing)
    told = tuple(_attribute(cue, found) for cue, found in zip(cues, _by_cue(cues, parts, verdicts), strict=True))
    pairs = [(parts[k], verdict.turn) for k, verdict in enumerate(verdicts) if verdict.turn is not None]
    lines = time_lines(cues, turns, pairs, screenplay.lines)
    return ScreenplayAlignment(told, lines, time_scenes(told, lines, screenplay.scenes))


def _evidence(parts: Sequence[Part], turns: Sequence[Turn]) -> np.ndarray:
    spoken, written = [part.tokens for part in parts], [turn.tokens for turn in turns]
    evidence = DEPENDENCE * word_likelihood(spoken, written) - DOUBT
    evidence += IN_ORDER * _words_in_order(spoken, written)
    known = {turn.speaker for turn in turns}
    for row, part in zip(evidence, parts, strict=True):
        if part.name and part.name.upper() in known:
            row += [NAMED if turn.speaker == part.name.upper() else -NAMED for turn in turns]
    return evidence


def _words_in_order(spoken: Sequence[Sequence[str]], written: Sequence[Sequence[str]]) -> np.ndarray:
    """How many words of each part the longest common subsequence finds in each turn: (parts, turns)."""
    pairs = longest_common_subsequence([w for t in written for w in t], [w for t in spoken for w in t])
    turn_of = np.repeat(np.arange(len(written)), [len(t) for t in written])
    part_of = np.repeat(np.arange(len(spoken)), [len(t) for t in spoken])
    found = np.zeros((len(spoken), len(written)))
    np.add.at(found, (part_of[pairs[:, 1]], turn_of[pairs[:, 0]]), 1)
    return found


def _verdicts(parts: Sequence[Part], turns: Sequence[Turn], matched: np.ndarray, passing: np.ndarray) -> list[_Verdict]:
    names = sorted({turn.speaker for turn in turns})
    spoken_by = _sum_by(matched, [names.index(turn.speaker) for turn in turns], len(names))
    scene_of = [-1 if turn.scene is None else turn.scene for turn in turns]
    in_scene = _sum_by(matched + passing, [scene + 1 for scene in scene_of], max(scene_of) + 2)
    found = []
    for k, part in enumerate(parts):
        who, scene = int(spoken_by[k].argmax()), int(in_scene[k].argmax())
        score, place = float(spoken_by[k, who]), int(matched[k].argmax())
        speaker: str | None = names[who]
        if score < ACCEPT:
            # Where the screenplay is silent, a name that the subtitles give themselves is still right.
            speaker, score = (part.name.upper(), NAMED_SCORE) if part.name else (None, score)
        found.append(
            _Verdict(
                speaker,
                min(score, 1.0),
                place if matched[k, place] >= ACCEPT else None,
                scene - 1 if scene and in_scene[k, scene] >= ACCEPT else None,
            )
        )
    return found


def _sum_by(mass: np.ndarray, groups: Sequence[int], count: int) -> np.ndarray:
    """Sum the columns of (n, m) mass that belong to the same group: (n, count)."""
    out = np.zeros((len(mass), count))
    np.add.at(out.T, np.asarray(groups), mass.T)
    return out


def _by_cue(cues: Sequence[Cue], parts: Sequence[Part], verdicts: Sequence[_Verdict]) -> list[dict[int, _Verdict]]:
    found: list[dict[int, _Verdict]] = [{} for _ in cues]
    for part, verdict in zip(parts, verdicts, strict=True):
        found[part.cue][part.part] = verdict
    return found


def _attribute(cue: Cue, found: dict[int, _Verdict]) -> Cue:
    """The cue with its speakers; ``speaker`` is the surest of them, ``score`` is how sure it is."""
    speakers = tuple(found[k].speaker if k in found else None for k in range(max(len(cue.parts), 1)))
    in_order = [verdict for _, verdict in sorted(found.items())]
    surest = max((v for v in in_order if v.speaker), key=lambda v: v.score, default=None)
    return replace(
        cue,
        speaker=surest.speaker if surest else None,
        speakers=speakers,
        scene=next((v.scene for v in in_order if v.scene is not None), None),
        score=round(surest.score, 4) if surest else 0.0,
    )
