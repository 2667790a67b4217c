"""Frames to shots: ``detect_shots`` gives a film's shots, ``survey`` its thumbnails too."""

from fabula.shots.detectors import DEFAULT_DETECTOR as DEFAULT_DETECTOR
from fabula.shots.detectors import DEFAULT_THRESHOLD as DEFAULT_THRESHOLD
from fabula.shots.detectors import ShotDetector as ShotDetector
from fabula.shots.detectors import detector_named as detector_named
from fabula.shots.surveying import Checkpoint as Checkpoint
from fabula.shots.surveying import Survey as Survey
from fabula.shots.surveying import detect_shots as detect_shots
from fabula.shots.surveying import survey as survey
