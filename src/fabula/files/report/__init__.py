"""The report: one page, complete in itself, that shows a film beside its book, screenplay and subtitles."""

from fabula.files.report.data import ReportData
from fabula.files.report.page import render_report

__all__ = ["ReportData", "render_report"]
