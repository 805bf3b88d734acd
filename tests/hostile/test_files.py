"""Malformed photographs and PDFs: each is refused by name, in bounded memory, and sound ones pass."""

import io
import resource
from contextlib import suppress
from random import Random

import pytest

from tests.hostile.files import JPEG, PDF, PNG, WEBP, damaged, packed_objects, paper, picture, trick, tricks
from web.inspection import MEDIA_TYPES, Unusable, inspect


@pytest.mark.parametrize("name", tricks())
def test_every_trick_is_refused(name: str) -> None:
    with pytest.raises(Unusable):
        inspect(io.BytesIO(trick(name).content))


def test_a_small_pdf_cannot_take_the_memory_of_the_service() -> None:
    bomb = packed_objects(400)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Unusable, match="too-large"):
        inspect(io.BytesIO(bomb))

    assert len(bomb) < 1_000_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200_000_000


def test_a_pdf_that_unpacks_to_a_little_is_taken() -> None:
    assert inspect(io.BytesIO(packed_objects(1))) == PDF


def test_damage_at_random_is_refused_or_leaves_a_file_that_can_be_shown() -> None:
    chance = Random(20261126)
    for _ in range(150):
        file = damaged(chance)
        with suppress(Unusable):
            assert inspect(io.BytesIO(file.content)) in MEDIA_TYPES


def test_sound_files_pass() -> None:
    assert [inspect(io.BytesIO(picture(kind))) for kind in (JPEG, PNG, WEBP)] == [JPEG, PNG, WEBP]
    assert inspect(io.BytesIO(paper())) == PDF
