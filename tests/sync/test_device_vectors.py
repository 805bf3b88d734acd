"""The stories that both cores replay: the file is what the generator writes, and this core does what it says."""

from typing import Any

import msgspec
import pytest

from sync.device import DeviceCore
from sync.device import events as ev
from tests.vectors.device import FILE, RANDOM, STORIES, bare, kept, written

FOUND = msgspec.json.decode(FILE.read_bytes())
told = pytest.mark.parametrize("story", FOUND["stories"], ids=lambda story: story["name"])


@told
def test_the_core_does_what_the_story_says(story: dict[str, Any]) -> None:
    core = DeviceCore(msgspec.convert(story["seed"], ev.Seed), lambda: RANDOM)

    for number, step in enumerate(story["steps"]):
        event = msgspec.convert(step["event"], ev.AnyEvent)
        actions = bare(msgspec.to_builtins(core.handle(event, step["now"])))
        assert actions == step["actions"], f"step {number}: {step['event']}"


def test_the_file_is_what_the_generator_writes() -> None:
    assert FILE.read_bytes() == written(kept()), "python -m tests.vectors.device writes it anew"


def test_every_rule_has_its_story() -> None:
    assert set(STORIES) <= {story["name"] for story in FOUND["stories"]}
