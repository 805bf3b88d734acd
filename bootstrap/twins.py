"""What the site of the documentation adds to MkDocs: each page speaks its own language and leads to its twin."""

from __future__ import annotations

from typing import Any, Protocol

CHINESE = "zh/"
NAMES = {"zh": "中文", "en": "English"}


class Page(Protocol):
    """What MkDocs tells of a page."""

    file: Any
    url: str


def on_page_context(context: dict[str, Any], *, page: Page, config: Any, **_: Any) -> dict[str, Any]:
    """Set the language of the frame around the page, and where the switch of languages leads: Chinese comes first."""
    here = page.file.src_uri
    config.theme["language"] = "zh" if here.startswith(CHINESE) else "en"
    pages = {file.src_uri: file.url for file in context["pages"]}
    config.extra["alternate"] = [
        {"name": NAMES[lang], "lang": lang, "link": pages.get(path, pages[home])}
        for lang, path, home in twins(here)
    ]
    return context


def twins(path: str) -> list[tuple[str, str, str]]:
    """Language, page and home of either language for the page at `path`."""
    plain = path.removeprefix(CHINESE)
    return [("zh", CHINESE + plain, f"{CHINESE}index.md"), ("en", plain, "index.md")]
