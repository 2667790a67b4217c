"""What tags, curves and the models over shots cost, against looking at the shots."""

from collections.abc import Iterator

import numpy as np

from fabula.evaluate.speed import Timing, seconds_of
from fabula.storyline.shot_looks import LOOKS, TAGGED
from fabula.vision import load_vision, look

SHOTS = 2000  # about as many as a feature film has
LOOKED = 64  # pictures from which the time of looking at all is known


def measure_storyline() -> Iterator[Timing]:
    """A film of two thousand made shots: tagged, and each next shot foretold."""
    from fabula.models.trained_tagger import load_tagger

    vision, tagger = load_vision(), load_tagger()
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (216, 384, 3), dtype=np.uint8) for _ in range(LOOKED)]
    look(vision, pictures[:16])
    alone = seconds_of(lambda: vision.encode_images(pictures)) * SHOTS / LOOKED
    yield Timing("vectors of 2,000 shots", alone, note=f"from {LOOKED} pictures")
    looking = seconds_of(lambda: look(vision, pictures)) * SHOTS / LOOKED
    yield Timing(
        "looking at 2,000 shots", looking, "vectors of 2,000 shots", looking / alone, "vectors, and how they look"
    )
    features = rng.random((SHOTS, LOOKS[TAGGED]), dtype=np.float32)
    tagger.film(features[:50])
    took = seconds_of(lambda: (tagger.film(features), tagger.responses(features)))
    yield Timing("tags and curves of them", took, "looking at 2,000 shots", took / looking)
    yield from _next(looking)


def _next(looking: float) -> Iterator[Timing]:
    from fabula.storyline.next_shot import load_next_shot

    model = load_next_shot()
    rng = np.random.default_rng(1)
    features = rng.standard_normal((SHOTS, sum(LOOKS.values())), dtype=np.float32)
    took = seconds_of(lambda: model.log_probabilities(features, np.arange(SHOTS - 1)))
    yield Timing("surprise of them", took, "looking at 2,000 shots", took / looking)
