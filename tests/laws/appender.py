"""A process that appends to a log that others append to: `python -m tests.laws.appender ENV NUMBER EVENTS`."""

from __future__ import annotations

import json
import random
import sys
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, StoredEvent

LARGEST_BATCH = 250


def stream_of(appender: int) -> UUID:
    """The one stream that an appender writes to."""
    return UUID(int=appender)


def main(env: dict[str, str], appender: int, events: int) -> None:
    """Append events in batches of changing size."""
    chance = random.Random(appender)
    with InfrastructureFactory.construct(env) as factory:
        recorder = factory.application_recorder()
        version = 0
        while version < events:
            size = min(chance.randint(1, LARGEST_BATCH), events - version)
            batch = range(version + 1, version + size + 1)
            recorder.insert_events([StoredEvent(stream_of(appender), n, "counted", b"%d" % n) for n in batch])
            version += size


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
