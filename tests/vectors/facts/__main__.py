"""Add goldens of new facts and new forms; what is there is never changed: `python -m tests.vectors.facts`."""

from __future__ import annotations

import sys

import msgspec
from eventsourcing.persistence import MapperDeserialisationError

from domain.facts import Fact
from store.mapper import FactMapper
from tests.vectors.facts import goldens
from tests.vectors.facts.goldens import Golden


def main() -> None:
    """Write what is missing and say what it was; end with 1 if something that was stored can no longer be read."""
    kinds, known, mapper = goldens.all_kinds(), goldens.read(), goldens.golden_mapper()
    troubles = [_add_form(tag, kind, known.get(tag, [])) for tag, kind in sorted(kinds.items())]
    troubles += [_add_reading(tag, known[tag], mapper) for tag in sorted(known.keys() - kinds.keys())]
    tags = dict.fromkeys((*goldens.written_tags(), *sorted(kinds)))
    goldens.TAGS.write_text("".join(f"{tag}\n" for tag in tags))
    sys.exit("\n".join(filter(None, troubles)) or 0)


def _add_form(tag: str, kind: type[Fact], forms: list[Golden]) -> str:
    """Add the form of today if it is new; what is wrong, if an earlier one cannot be read."""
    last = max((golden.form for golden in forms), default=0)
    try:
        if not forms or not all(goldens.is_of_today(tag, golden) for golden in forms if golden.form == last):
            _write(tag, [*forms, *goldens.made(kind, last + 1)], f"form {last + 1}")
    except MapperDeserialisationError as error:
        return (
            f"{error}\n  Give the changed fact a new tag and lead on to it in store/upcasts.py; only if it was never "
            f"released, remove tests/vectors/facts/{tag}.json and run this again."
        )
    return ""


def _add_reading(tag: str, forms: list[Golden], mapper: FactMapper) -> str:
    """Add what an old tag is read as today; what is wrong, if it cannot be read."""
    now = mapper.current_tag(tag)
    if all(now in golden.read_as for golden in forms):
        return ""
    try:
        for golden in forms:
            golden.read_as.setdefault(now, goldens.plain(goldens.opened(goldens.decoded(tag, golden))))
    except MapperDeserialisationError as error:
        return (
            f"{error}\n  Lead on from the old tag in store/upcasts.py; only if the fact was never released, remove "
            f"tests/vectors/facts/{tag}.json and its line in tags.txt."
        )
    _write(tag, forms, f"read as {now}")
    return ""


def _write(tag: str, forms: list[Golden], what: str) -> None:
    text = msgspec.json.format(msgspec.json.encode(forms, order="deterministic"), indent=1)
    (goldens.FOLDER / f"{tag}.json").write_bytes(text + b"\n")
    sys.stdout.write(f"{tag}: {what}\n")


if __name__ == "__main__":
    main()
