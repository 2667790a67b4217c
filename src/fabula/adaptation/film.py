"""Along the film: which stretches keep the book, and which the film invents."""

from collections.abc import Sequence
from itertools import groupby

from fabula.adaptation.chapters import ORDER, fate_of
from fabula.files.report.pairs import Pair
from fabula.files.report.words import WORD
from fabula.records import Cue, CueKind, Fate, FilmStretch


def film_stretches(cues: Sequence[Cue], pairs: Sequence[Pair]) -> tuple[FilmStretch, ...]:
    """The spoken film cut where the fate or the chapter changes, in the order of time.

    Sounds, music and advertising are no speech of the film and stand in no stretch; they do not cut one either.
    """
    told: dict[int, list[Pair]] = {}
    for pair in pairs:
        for cue in pair.cues:
            told.setdefault(cue.number, []).append(pair)

    def kept(cue: Cue) -> tuple[Fate, int | None]:
        best = min(told.get(cue.number, ()), key=lambda pair: ORDER.index(fate_of(pair)), default=None)
        return (fate_of(best), best.passages[0].chapter) if best else (Fate.INVENTED, None)

    spoken = sorted((cue for cue in cues if cue.kind is CueKind.SPEECH), key=lambda cue: (cue.start, cue.number))
    return tuple(_stretch(tuple(run), *found) for found, run in groupby(spoken, kept))


def _stretch(cues: Sequence[Cue], fate: Fate, chapter: int | None) -> FilmStretch:
    return FilmStretch(
        fate=fate,
        start=cues[0].start,
        end=max(cue.end for cue in cues),
        first_cue=cues[0].number,
        last_cue=cues[-1].number,
        words=sum(len(WORD.findall(part)) for cue in cues for part in cue.parts or (cue.text,)),
        chapter=chapter,
    )
