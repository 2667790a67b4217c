"""fabula reads a film as a story, together with its book, its screenplay and its subtitles."""

__version__ = "0.1.0"
