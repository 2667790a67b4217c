"""The demo: a short film of fabula's own with its story, screenplay and subtitles, and what is true of them.

``cutting`` reads the plan of the film, ``tale`` the short story; ``drawing``, ``cast``, ``figures``, ``heads``,
``props`` and the ``sets`` draw, ``renderer`` encodes; ``truth`` says how film, script and story belong together,
``build`` writes it all into a folder, and ``scores`` says how much of the truth was found.
"""

from fabula.evaluate.demo.build import DemoFiles, build_demo
from fabula.evaluate.demo.scores import score_demo, score_stages
from fabula.evaluate.demo.tally import StageScore
from fabula.evaluate.demo.truth import Truth

__all__ = ["DemoFiles", "StageScore", "Truth", "build_demo", "score_demo", "score_stages"]
