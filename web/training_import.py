"""Bringing content to be learnt in from a file: checked as a whole, then only what has changed is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast
from uuid import UUID

from msgspec.structs import replace

from domain.case.commands import Command
from domain.catalogue.items import ServiceItem
from domain.training.content import (
    FILES_OF_TRAINING,
    KINDS,
    Attachment,
    Content,
    Course,
    Kind,
    Policy,
    attachments_of,
    content_stream,
    kind_of,
)
from domain.training.publishing import PublishTraining
from domain.training.source import FileFault, Known, Read, contents_from_source, in_order
from store.answers import Answer
from store.centre import Centre
from store.files import FileStore
from web.training_files import Given, attached, parsed

Submit = Callable[[Command, UUID], Answer]
"""Gives a command on a stream and waits for the answer."""
Told = Callable[[int, int], None]


class NotPublished(RuntimeError):
    """A thing that was checked was refused all the same: something changed meanwhile.

    Attributes:
        what: the thing.
        answer: of the centre.
    """

    def __init__(self, what: str, answer: Answer) -> None:
        """Name the thing."""
        super().__init__(f"{what} was refused: {answer.code} {answer.params or ''}.")
        self.what = what
        self.answer = answer


def learnt(centre: Centre) -> tuple[Content, ...]:
    """Everything that is learnt now, kind by kind."""
    editions = (edition for kind in KINDS for edition in centre.learnt(kind))
    return tuple(edition.content for edition in editions if edition.content is not None)


def read(given: Given, centre: Centre) -> Read:
    """Everything that a file holds, or every fault in it."""
    found = parsed(given.text)
    if isinstance(found, FileFault):
        return Read((), (found,))
    known = Known(partial(_newest, centre), learnt(centre))
    return contents_from_source(found.raw, found.lines, known, attach=lambda name: attached(given.beside(name)))


def _newest(centre: Centre, item_id: str) -> ServiceItem | None:
    versions = centre.versions(item_id)
    return versions[max(versions)] if versions else None


def changed(contents: Iterable[Content], centre: Centre) -> tuple[Content, ...]:
    """Of what a file holds, what is not published just so, with the files that are kept already named as such."""
    now = learnt(centre)
    kept = {one.sha256: one.address for content in now for one in attachments_of(content)}
    known = {(kind_of(one), one.id): one for one in now}
    as_kept = (with_files(content, kept) for content in contents)
    return in_order(one for one in as_kept if known.get((kind_of(one), one.id)) != one)


def with_files(content: Content, kept: Mapping[str, str]) -> Content:
    """A thing whose attachments say where they are kept, by SHA-256."""

    def at_home(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
        return tuple(replace(one, address=kept.get(one.sha256, one.address)) for one in files)

    match content:
        case Course():
            lessons = tuple(replace(one, attachments=at_home(one.attachments)) for one in content.lessons)
            return replace(content, lessons=lessons)
        case Policy():
            return replace(content, attachments=at_home(content.attachments))
        case _:
            return content


def publish(
    contents: Iterable[Content], given: Given, files: FileStore, submit: Submit, told: Told
) -> list[tuple[Kind, str]]:
    """Publish what has changed, in order, with the files that it needs; returns kind and id of each.

    Raises:
        NotPublished: something was refused; what came before it is published.
    """
    every = tuple(contents)
    bytes_of = dict(_beside(given))
    done: list[tuple[Kind, str]] = []
    for number, content in enumerate(every):
        missing = {one.sha256 for one in attachments_of(content) if not one.address}
        brought = sorted(missing & bytes_of.keys())  # without a file that it only claims to have it is refused
        kept = {sha: files.put(bytes_of[sha], person=FILES_OF_TRAINING).address for sha in brought}
        kind = kind_of(content)
        answer = submit(PublishTraining(content=with_files(content, kept)), content_stream(kind, content.id))
        if answer.verdict != "applied":
            raise NotPublished(f"{kind} {content.id}", answer)
        done.append((kind, content.id))
        told(number + 1, len(every))
    return done


def _beside(given: Given) -> Iterator[tuple[str, bytes]]:
    """Every file that the text names, by the hash of its bytes."""
    found = parsed(given.text)
    if isinstance(found, FileFault):
        return
    for name in _named(found.raw):
        content = given.beside(name)
        seen = attached(content)
        if content is not None and seen is not None:
            yield seen.sha256, content


def _named(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        fields = cast("dict[str, Any]", part)
        if isinstance(fields.get("file"), str):
            yield fields["file"]
        part = list(fields.values())
    if isinstance(part, list):
        for one in cast("Sequence[Any]", part):
            yield from _named(one)
