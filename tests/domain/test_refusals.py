"""Every "no" of the domain: a code of its own, words for people in both languages, and a test that meets it."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import domain
from domain.refusals import Conflict, Held, Refusal

ROOT = Path(__file__).parents[2]
WORDS = [(ROOT / f"pwa/src/i18n/{name}.ts").read_text(encoding="utf-8") for name in ("refusals", "refusals-en")]
TESTS = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


def refusals(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for kind in root.__subclasses__():
        if kind not in (Conflict, Held):
            yield kind
        yield from refusals(kind)


for module in pkgutil.walk_packages(domain.__path__, "domain."):
    import_module(module.name)  # a refusal is known once its module is, whichever tests ran before
KINDS = sorted(refusals(), key=lambda kind: kind.__name__)


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in KINDS]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_refusal_has_words_in_chinese_and_english_and_a_test(kind: type[Refusal]) -> None:
    said = [len(re.findall(rf"^  '?{re.escape(kind.code)}'?:", words, re.MULTILINE)) for words in WORDS]

    assert said == [1, 1], "one sentence in Chinese, one in English"
    assert kind.__name__ in TESTS or f'"{kind.code}"' in TESTS
