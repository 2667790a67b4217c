"""Subtitles: SRT, WebVTT, ASS and embedded text tracks -> cues, and cues with speakers -> subtitles."""

from fabula.files.subtitles.reader import read_embedded_subtitles, read_subtitles
from fabula.files.subtitles.writers import write_ass, write_srt, write_vtt

__all__ = ["read_embedded_subtitles", "read_subtitles", "write_ass", "write_srt", "write_vtt"]
