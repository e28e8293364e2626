"""One plain dictionary about a run, as one self-contained HTML page or as Markdown."""

from headstart.report.contents import report_contents
from headstart.report.exhibits import Exhibits
from headstart.report.language import LANGUAGES, check_language
from headstart.report.markdown import render_markdown
from headstart.report.page import render_html
from headstart.report.translation import translated

__all__ = [
    "LANGUAGES",
    "Exhibits",
    "check_language",
    "render_html",
    "render_markdown",
    "report_contents",
    "translated",
]
