"""Screenplay to subtitles: who speaks each line, and in which scene.

The longest common subsequence of the two token streams over the whole film (StoryMovie: Oliveira and Martins de
Matos 2026) is one piece of evidence; how likely a cue's words are in each speech is another; words that are spelt
nearly alike count as the same. A chain over the cues' turns weighs them: it stays in a speech or goes on to the next,
may jump where scenes were moved, and passes cues that the screenplay does not have. Where that leaves a gap, sentence
vectors may help, if there is an encoder. A second chain, over the cast, says who speaks what the screenplay lacks:
a dialogue goes on. Times are then carried over word by word, and scenes out of order are moved.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabula.align.lattice import Motion, chain_marginals, motion
from fabula.align.pins import pin_speakers, pinned_speakers, with_speakers
from fabula.align.script_change import change_features, change_probability, match_turns
from fabula.align.script_evidence import turn_evidence
from fabula.align.script_meaning import meaning_evidence
from fabula.align.script_moves import moved_scenes
from fabula.align.script_times import time_lines, time_scenes
from fabula.align.script_voices import (
    Cast,
    find_cast,
    name_evidence,
    own_names,
    speaker_marginals,
    subtitle_names,
)
from fabula.align.spelling import with_one_spelling
from fabula.align.turns import Part, Turn, cue_parts, script_turns
from fabula.features import Encoder, open_cache
from fabula.files.store import Store
from fabula.records import Cue, Pin, Scene, Screenplay, ScriptLine, Subtitles

NAMED_SCORE = 0.9  # a name in the subtitles was put there by someone who watched the film
MATCHED = 0.5  # a part is taken to speak a speech from this probability
ACCEPT = 0.6  # a speaker is given from this probability to a part that the screenplay has
ACCEPT_ADDED = 0.45  # and from this one to a part that it lacks; lower, more of those are guessed wrongly

GOES_ON = motion(stay=0.42, forward=[(0.45, 1.3), (0.08, 8)], backward=(0.04, 2), jump=0.002, leave=0.1, stay_out=0.6)
ANSWERS = motion(stay=0.02, forward=[(0.85, 1.3), (0.08, 8)], backward=(0.04, 2), jump=0.002, leave=0.1, stay_out=0.6)
"""Between parts of one cue the speaker changes: that is what the dashes say."""
ANYWHERE = motion(stay=0, forward=[], backward=(0, 1), jump=1, leave=0.1, stay_out=0.6)

EVIDENCE = ("spelling", "words in order", "likelihood", "chain", "continuity", "own names", "subtitle names")
"""What can be left out, to measure what it adds."""


@dataclass(frozen=True)
class ScreenplayAlignment:
    """The records with what the aligner found: cues with speakers and scenes, lines and scenes with times.

    ``share`` is that of the spoken parts which a line of the screenplay explains.
    """

    cues: tuple[Cue, ...]
    lines: tuple[ScriptLine, ...]
    scenes: tuple[Scene, ...]
    share: float = 0.0


FOREIGN = 0.2
"""A screenplay that explains a smaller share of what is said is another film's; the film's own reaches 0.7 even in a
distant draft, others 0.02."""


@dataclass(frozen=True)
class _Verdict:
    """What is known of one part: its speaker with probability, its turn, and its scene."""

    speaker: str | None
    score: float
    turn: int | None
    scene: int | None


@dataclass(frozen=True)
class _Found:
    """The first chain's result: (parts, turns) probability of speaking a speech, and of passing it without one."""

    matched: np.ndarray
    passing: np.ndarray


def align_screenplay(
    cues: Sequence[Cue] | Subtitles,
    screenplay: Screenplay,
    *,
    pins: Sequence[Pin] = (),
    leave_out: Collection[str] = (),
    encoder: str | Encoder | None = None,
    store: Store | None = None,
) -> ScreenplayAlignment:
    """Give each cue its speaker and scene, and each line of the screenplay its time.

    Args:
        cues: the subtitles, in the order of the film.
        screenplay: the screenplay; its draft may differ from the film.
        pins: speakers that a reader has decided; the chain keeps to them.
        leave_out: names of ``EVIDENCE``, to measure what each adds.
        encoder: of sentences, or its name, to compare meanings where the words leave a part open; None does without.
        store: where vectors are kept; the user's cache by default.

    Returns:
        The cues in the order given, and the screenplay's lines and scenes. A cue's score is the probability
        that its speaker is right; a cue whose speaker is too doubtful has none. Lines without a match have times
        interpolated between their neighbours and say so.
    """
    if unknown := set(leave_out) - set(EVIDENCE):
        raise ValueError(f"{sorted(unknown)} is no evidence; choose of {', '.join(EVIDENCE)}")
    cues = cues.cues if isinstance(cues, Subtitles) else cues
    parts, turns = cue_parts(cues), script_turns(screenplay)
    if not parts or not turns:
        return ScreenplayAlignment(with_speakers(cues, pins), screenplay.lines, screenplay.scenes)
    if "spelling" not in leave_out:
        parts, turns = with_one_spelling(parts, turns)
    named = pinned_speakers(cues, pins)
    wanted = {k: named[cues[p.cue].number][p.part] for k, p in enumerate(parts) if cues[p.cue].number in named}
    evidence, steps = turn_evidence(parts, turns, leave_out), moves(parts, leave_out)
    found = _walk(evidence, wanted, turns, steps)
    if encoder is not None:
        store = store or open_cache()
        evidence += meaning_evidence(parts, turns, found.matched, found.passing, encoder, store)
        found = _walk(evidence, wanted, turns, steps)
    cast = find_cast(turns)
    share = float((found.matched.sum(axis=1) >= MATCHED).mean())
    if share < FOREIGN:
        leave_out = {*leave_out, "continuity"}  # between lines of another film there is no conversation to go on
    voices = _voices(cues, parts, turns, found, cast, leave_out)
    verdicts = _verdicts(parts, turns, found, cast, voices)
    told = tuple(_attribute(cue, known) for cue, known in zip(cues, _by_cue(cues, parts, verdicts), strict=True))
    spoken = [(k, verdict.turn) for k, verdict in enumerate(verdicts) if verdict.turn is not None]
    told = with_speakers(told, pins)
    lines = time_lines(cues, turns, [(parts[k], place) for k, place in spoken], screenplay.lines)
    moved = moved_scenes([place for _, place in spoken], [float(found.matched[at]) for at in spoken], turns)
    scenes = time_scenes(told, lines, screenplay.scenes)
    scenes = tuple(replace(scene, moved=scene.index in moved) for scene in scenes)
    return ScreenplayAlignment(told, lines, scenes, share)


def _walk(evidence: np.ndarray, wanted: Mapping[int, str], turns: Sequence[Turn], steps: Sequence[Motion]) -> _Found:
    """The chain over the turns, held to the speakers that a reader wants."""
    return _Found(*chain_marginals(pin_speakers(evidence, wanted, [turn.speaker for turn in turns]), steps))


def moves(parts: Sequence[Part], leave_out: Collection[str] = ()) -> list[Motion]:
    """How the chain comes to each part: a second part of a cue is an answer."""
    if "chain" in leave_out:
        return [ANYWHERE] * len(parts)
    return [ANSWERS if k and part.cue == parts[k - 1].cue else GOES_ON for k, part in enumerate(parts)]


def _voices(
    cues: Sequence[Cue],
    parts: Sequence[Part],
    turns: Sequence[Turn],
    found: _Found,
    cast: Cast,
    leave_out: Collection[str],
) -> np.ndarray:
    """Probability of each person speaking each part: (parts, people)."""
    spoken = _sum_by(found.matched, cast.of_turn, len(cast.names))
    if "continuity" in leave_out:
        return spoken
    around = found.matched + found.passing
    matches = match_turns(parts, turns, found.matched, MATCHED)
    change = change_probability(change_features(cues, parts, turns, matches, around.argmax(axis=1).tolist()))
    said = np.zeros_like(spoken)
    if "own names" not in leave_out:
        said += own_names(parts, turns, cast)
    if "subtitle names" not in leave_out:
        said += name_evidence(parts, subtitle_names(parts, spoken, cast), len(cast.names))
    near, says = around @ cast.near, np.exp(said)
    return speaker_marginals(spoken * says, found.passing.sum(axis=1)[:, None] * says, near, change)


def _verdicts(
    parts: Sequence[Part],
    turns: Sequence[Turn],
    found: _Found,
    cast: Cast,
    voices: np.ndarray,
) -> list[_Verdict]:
    meant = subtitle_names(parts, _sum_by(found.matched, cast.of_turn, len(cast.names)), cast)
    scene_of = np.array([0 if turn.scene is None else turn.scene + 1 for turn in turns])
    in_scene = _sum_by(found.matched + found.passing, scene_of, int(scene_of.max()) + 1)
    known = []
    for k, part in enumerate(parts):
        scene, place = int(in_scene[k].argmax()), int(found.matched[k].argmax())
        who = int(voices[k].argmax())
        score = min(float(voices[k, who]), 1.0)
        added = found.matched[k].sum() < MATCHED
        speaker = cast.names[who] if score >= (ACCEPT_ADDED if added else ACCEPT) else None
        if part.name and part.name.upper() not in meant and (speaker is None or added):
            # Where the screenplay is silent, a name that the subtitles give themselves is still right.
            speaker, score = part.name.upper(), NAMED_SCORE
        known.append(
            _Verdict(
                speaker,
                score,
                place if found.matched[k, place] >= MATCHED else None,
                scene - 1 if scene and in_scene[k, scene] >= MATCHED else None,
            )
        )
    return known


def _sum_by(mass: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Sum the columns of (n, m) mass that belong to the same group: (n, count)."""
    from scipy.sparse import csr_array  # late: most commands do not need it

    found: np.ndarray = (
        csr_array((np.ones(len(groups)), (groups, np.arange(len(groups)))), (count, len(groups))) @ mass.T
    ).T
    return found


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
