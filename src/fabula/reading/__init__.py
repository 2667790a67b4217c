"""The main job: read whatever there is of a film into one project, or align its texts without one."""

from fabula.reading.quick import Alignment, align
from fabula.reading.run import DEFAULT_LOOK, SKIP, read, realign
from fabula.reading.stages import StageProgress

__all__ = ["DEFAULT_LOOK", "SKIP", "Alignment", "StageProgress", "align", "read", "realign"]
