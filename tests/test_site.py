"""The documentation's site: whole, in both languages, found by Chinese words, and without a request to anybody else."""

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bootstrap import site
from bootstrap.places import PYTHON, ROOT

FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches of its own accord, by the attribute that says from where."""
NEVER_FETCHED = frozenset({"alternate", "canonical", "next", "prev"})


class Read(HTMLParser):
    """A page, as far as the tests look at it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.language = ""
        self.fetched: list[str] = []
        self.switch: list[tuple[str, str]] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = told["lang"]
        if tag in FETCHED and told.get("rel") not in NEVER_FETCHED and FETCHED[tag] in told:
            self.fetched.append(told[FETCHED[tag]])
        if "md-select__link" in told.get("class", ""):
            self.switch.append((told["hreflang"], told["href"]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made as `./run docs` makes it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        site.command(PYTHON, folder), cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


def test_every_page_of_the_documentation_is_on_the_site_in_its_language(made: Path) -> None:
    sources = sorted(path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))

    read = {str(path): Read(made / path.with_suffix(".html")).language for path in sources}

    assert read == {str(path): site.language(path.as_posix()) for path in sources}


def test_the_site_asks_no_other_host_for_anything(made: Path) -> None:
    pages = {page.relative_to(made): Read(page).fetched for page in made.rglob("*.html")}
    styles = [style.read_text(encoding="utf-8") for style in made.rglob("*.css")]

    assert all(pages.values())
    assert {str(page): link for page, links in pages.items() for link in links if "//" in link} == {}
    assert [
        link for style in styles for link in re.findall(r"""(?:url\(|@import )["']?(?:https?:)?//[^)]*""", style)
    ] == []


@pytest.mark.parametrize(
    ("page", "switch"),
    [
        ("guide.html", [("zh", "zh/guide.html"), ("en", "guide.html")]),
        ("zh/tutorial/clerk.html", [("zh", "clerk.html"), ("en", "../../tutorial/clerk.html")]),
        ("reference/facts.html", [("zh", "../zh/index.html"), ("en", "facts.html")]),
    ],
)
def test_the_switch_of_languages_has_chinese_first_and_leads_to_the_twin_or_else_home(
    made: Path, page: str, switch: list[tuple[str, str]]
) -> None:
    assert Read(made / page).switch == switch


def test_chinese_is_cut_into_words_for_the_search(made: Path) -> None:
    index = json.loads((made / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = next(doc for doc in index["docs"] if doc["location"].startswith("zh/tutorial/clerk.html#"))

    assert index["config"]["lang"] == ["zh", "en"]
    assert "\u200b" in found["text"]


def test_lines_of_chinese_are_joined_and_samples_are_not() -> None:
    written = "读模型记得\n自己跟到哪里，\n“这里”。\n\n- 一\n  头\n- 二\nOne\ntwo\n```\n甲\n乙\n```\n"

    joined = written.replace("记得\n自己", "记得自己").replace("，\n“", "，“").replace("一\n  头", "一头")
    assert site.on_page_markdown(written) == joined


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    for folder in ("docs", "docs/zh"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.md").write_text("[away](missing.md)\n", encoding="utf-8")
    settings = tmp_path / "mkdocs.yml"
    ours = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    settings.write_text(ours.replace("bootstrap/site.py", str(ROOT / "bootstrap" / "site.py")), encoding="utf-8")

    command = [*site.command(PYTHON, tmp_path / "out"), "--config-file", str(settings)]
    done = subprocess.run(command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "missing.md" in done.stderr
