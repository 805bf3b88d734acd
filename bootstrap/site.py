"""The documentation as a site: how MkDocs is called, and what each page has besides.

MkDocs loads this file too (`hooks` in `mkdocs.yml`), and calls the functions that begin with `on_`.
"""

import os
import re
from pathlib import Path
from typing import Any

CHINESE = "zh/"
NAMES = {"zh": "中文", "en": "English"}
_HAN = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u201d]"
_BROKEN_LINE = re.compile(f"(?<={_HAN})\n[ \t]*(?={_HAN})")


def command(python: Path, folder: Path) -> list[str]:
    """The command line that makes the site in `folder` with that Python, and fails where a link leads nowhere."""
    return [str(python), "-m", "mkdocs", "build", "--clean", "--site-dir", str(folder)]


def environment() -> dict[str, str]:
    """Variables for it, without the theme's announcement of its successor."""
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1"}


def on_page_context(context: dict[str, Any], *, page: Any, config: Any, **_: Any) -> dict[str, Any]:
    """Set the language of the frame around the page, and where the switch of languages leads: Chinese comes first."""
    here = page.file.src_uri
    config.theme["language"] = language(here)
    pages = {file.src_uri: file.url for file in context["pages"]}
    config.extra["alternate"] = [
        {"name": NAMES[lang], "lang": lang, "link": pages.get(path, pages[home])} for lang, path, home in twins(here)
    ]
    return context


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Join lines of Chinese, between which a browser would show a space; samples of code stay as they are."""
    parts = markdown.split("```")
    return "```".join(part if n % 2 else _BROKEN_LINE.sub("", part) for n, part in enumerate(parts))


def language(path: str) -> str:
    """What the page at `path` is written in."""
    return "zh" if path.startswith(CHINESE) else "en"


def twins(path: str) -> list[tuple[str, str, str]]:
    """Language, page and home of either language for the page at `path`."""
    plain = path[len(CHINESE) :] if path.startswith(CHINESE) else path
    return [("zh", CHINESE + plain, f"{CHINESE}index.md"), ("en", plain, "index.md")]
