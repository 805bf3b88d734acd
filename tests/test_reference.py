"""What the reference says is what the code says, and nothing that can be called is left out."""

import re

import pytest

from bootstrap.places import ROOT
from tests import reference


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_a_reference_page_is_what_the_code_says_now(name: str) -> None:
    stands = (reference.FOLDER / name).read_text()

    assert stands == reference.pages()[name], "python -m tests.reference writes it again"


def test_every_address_of_the_service_is_described() -> None:
    described = (reference.FOLDER / "http.md").read_text()
    sources = [file.read_text() for file in (ROOT / "web").rglob("*.py")]
    paths = {path for text in sources for path in re.findall(r'Route\(\s*"(/[^"]*)"', text)}

    assert {"/session", "/sync"} <= paths
    assert [path for path in sorted(paths) if f"`{re.sub(r':[a-z]+}', '}', path)}`" not in described] == []


def test_every_page_of_the_documentation_leads_to_pages_that_exist() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]

    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
