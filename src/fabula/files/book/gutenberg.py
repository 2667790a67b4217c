"""The frame that Project Gutenberg puts around a text: header, licence, and the "small print" of its first decade."""

import re

# "*** START OF THE PROJECT GUTENBERG EBOOK EMMA ***", "***START OF THIS PROJECT...", titles wrapped over lines; and
# "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*" with its variants until 2003.
_START = re.compile(
    r"""^[ \t]*\*{2,3}[ ]?START[ ]OF[ ]TH(?:E|IS)[ ](?:COPYRIGHTED[ ])?PROJECT[ ]GUTENBERG
            (?:[^*]{0,300}\*\*\*|[^\n]*)
      | ^[ \t]*\*{1,2}[ ]?END[ ]?\*?[ ]?THE[ ]SMALL[ ]PRINT![^\n]*(?:\n[^\n]{0,80}\*END\*[^\n]*)?""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"""^[ \t]*(?: \*{2,3}[ ]?END[ ]OF[ ]TH(?:E|IS)[ ](?:COPYRIGHTED[ ])?PROJECT[ ]GUTENBERG
                 | \*{2,3}[ ]?START:?[ ](?:OF[ ])?(?:THE[ ])?FULL[ ]LICENSE
                 | (?:This[ ]is[ ]the[ ])?END[ ]OF[ ](?:THE[ ]|THIS[ ])?PROJECT[ ]GUTENBERG )""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_FIELD = re.compile(r"^(Title|Author):[ \t]*(\S[^\n]*(?:\n[ \t]+\S[^\n]*)*)", re.MULTILINE)
_PAGE_TITLE = re.compile(
    r"The Project Gutenberg E-?(?:Book|Text) of (?P<title>.+?)(?:, by (?P<author>.+))?", re.IGNORECASE
)
_HEADER = 60_000  # characters; the longest small print with its header has 25,000


def text_span(source: str) -> tuple[int, int]:
    """Where the book itself begins and ends in a text; all of it if Project Gutenberg has put no frame around it."""
    starts = [found.end() for found in _START.finditer(source, 0, min(_HEADER, len(source)))]
    start = max(starts, default=0)
    end = _END.search(source, start)
    return start, end.start() if end else len(source)


def header_fields(header: str) -> tuple[str | None, str | None]:
    """Title and author as the header names them."""
    fields = {name: " ".join(value.split()) for name, value in reversed(_FIELD.findall(header))}
    return fields.get("Title"), fields.get("Author")


def page_title(title: str) -> tuple[str, str | None]:
    """Title and author from the title of an HTML page; other pages than Gutenberg's name the book only."""
    found = _PAGE_TITLE.fullmatch(title.removesuffix(" | Project Gutenberg"))
    return (found["title"], found["author"]) if found else (title, None)
