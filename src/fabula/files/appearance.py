"""What is kept of how a picture looks, and in which order; ``fabula.models.appearance`` computes it."""

APPEARANCE = "appearance-1"
"""The name under which it is kept; another when any of it changes."""

PARTS = {"light": 56, "texture": 240, "forms": 352, "things": 1280}
"""Values of each part, one after the other.

Light: in luma and two differences of colour the means of 3 x 3 cells, the deviations, the luma of the upper and the
lower edge, and histograms of 8 steps. The others are what an untouched ImageNet network says at three depths: mean and
deviation over the cells of its stem, and the means of its last block and of what ImageNet's classes are told from.
"""
VALUES = sum(PARTS.values())
