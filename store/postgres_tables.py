"""What the log consists of on PostgreSQL: its tables, the view for people, and the one function that appends.

Positions and leaf numbers are given out under one lock that is held until the commit has become visible, so that a
reader who has seen a position never finds a smaller one later. The table itself would take more than one writer at a
time and hand positions out in an order that commits do not keep.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from store.log import ForeignLog
from store.postgres_server import DEFAULT_SCHEMA, ask

LOCK = int.from_bytes(b"Doorstep", "big")
"""The advisory lock of whoever appends to a log of this database."""
CHANNEL = "stored_events"
"""On which a commit is told."""
FORM = "doorstep log 1"
"""Stands as the table's comment, so that nobody takes another program's table for a log."""

MAKING_LOCK = LOCK + 1
"""The advisory lock of whoever makes tables; `IF NOT EXISTS` alone fails where two nodes start at once."""
_TABLES = (
    """
CREATE TABLE stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial NOT NULL,
    leaf_index bigint NOT NULL,
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    PRIMARY KEY (originator_id, originator_version)
)""",
    "CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id)",
    "CREATE TABLE log_origin (id integer PRIMARY KEY CHECK (id = 1), origin text NOT NULL)",
    # for people: `SELECT * FROM facts` reads the log without this program
    """
CREATE VIEW facts AS SELECT
    notification_id AS position, originator_id AS stream, originator_version AS version, topic AS tag,
    stored #>> '{meta,recorded_at}' AS recorded_at, stored #>> '{meta,actor}' AS actor,
    stored #>> '{meta,role}' AS role, stored #>> '{meta,office}' AS office, stored #>> '{meta,command}' AS command,
    stored -> 'fact' AS fact, leaf_index, encode(leaf_hash, 'hex') AS leaf_hash
FROM stored_events, LATERAL (SELECT convert_from(state, 'UTF8')::json AS stored) AS decoded""",
    f"""
CREATE FUNCTION append_to_log(streams uuid[], versions bigint[], tags text[], states bytea[], hashes bytea[])
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    size CONSTANT bigint := cardinality(streams);
    first bigint;
    leaf bigint;
BEGIN
    PERFORM pg_advisory_xact_lock({LOCK});
    SELECT leaf_index + 1 INTO leaf FROM stored_events ORDER BY notification_id DESC LIMIT 1;
    first := nextval('stored_events_notification_id_seq');
    PERFORM setval('stored_events_notification_id_seq', first + size - 1);
    INSERT INTO stored_events (
        originator_id, originator_version, topic, state, notification_id, leaf_index, leaf_hash
    )
    SELECT stream, version, tag, state, first + n - 1, coalesce(leaf, 0) + n - 1, hash
    FROM unnest(streams, versions, tags, states, hashes) WITH ORDINALITY AS e (stream, version, tag, state, hash, n);
    NOTIFY {CHANNEL};
    RETURN first;
END $$""",
    f"COMMENT ON TABLE stored_events IS '{FORM}'",
)
_FOUND = "SELECT obj_description(to_regclass('stored_events'), 'pg_class'), to_regclass('stored_events') IS NOT NULL"


def make_tables(connection: Connection[Any], schema: str) -> None:
    """Make what a log consists of, unless it is there; for its role a finished log needs no right to make anything.

    Raises:
        ForeignLog: there is a table of the log's name that is no log of this form.
    """
    ((form, found),) = ask(connection, _FOUND)
    if not found:
        _make(connection, schema)
        ((form, _),) = ask(connection, _FOUND)
    if form != FORM:
        raise ForeignLog(f"the database has a table stored_events that is no '{FORM}': take another database")


def _make(connection: Connection[Any], schema: str) -> None:
    with connection.transaction():
        ask(connection, "SELECT pg_advisory_xact_lock(%s)", (MAKING_LOCK,))
        ((_, found),) = ask(connection, _FOUND)
        if found:  # another node was first
            return
        if schema != DEFAULT_SCHEMA:
            connection.execute('CREATE SCHEMA IF NOT EXISTS "{}"'.format(schema.replace('"', '""')).encode())
        for statement in _TABLES:
            connection.execute(statement.encode())
