"""Screenplays: Fountain, FDX, text as found on the web, HTML and PDF -> typed lines and scenes."""

from fabula.files.screenplay.reader import read_screenplay

__all__ = ["read_screenplay"]
