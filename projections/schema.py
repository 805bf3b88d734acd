"""The tables of a projection file."""

from __future__ import annotations

SHAPE = 10
"""Version of rows and tables; a file of another one is built beside the one that is served, and swapped in."""

# Tables with long texts are no WITHOUT ROWID tables: those would keep the texts in the inner pages of the tree.
# `rows`, `departures` and `progress` keep their columns in every shape: they are served while another is being built.
SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, pos INTEGER NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (scope, kind, id)
);
CREATE INDEX IF NOT EXISTS rows_by_position ON rows (scope, pos, id);
CREATE TABLE IF NOT EXISTS departures (
    scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, pos INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (scope, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS departures_by_position ON departures (scope, pos);
CREATE TABLE IF NOT EXISTS views (id TEXT PRIMARY KEY, view BLOB NOT NULL, scopes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lookups (id INTEGER PRIMARY KEY CHECK (id = 1), pos INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ledgers (name TEXT NOT NULL, id TEXT NOT NULL, view BLOB NOT NULL, PRIMARY KEY (name, id));
CREATE TABLE IF NOT EXISTS ledger_persons (
    person TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (person, name, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parties (person TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (person, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (person TEXT PRIMARY KEY, pos INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS case_index (
    filed INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, filing_number TEXT NOT NULL, case_number TEXT,
    item_id TEXT NOT NULL, item_name TEXT NOT NULL, applicant TEXT NOT NULL, status TEXT NOT NULL,
    pos INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS case_by_item ON case_index (item_id, pos);
CREATE INDEX IF NOT EXISTS case_by_position ON case_index (pos);
CREATE TABLE IF NOT EXISTS case_figures (
    filed INTEGER PRIMARY KEY, item_id TEXT NOT NULL, channel TEXT NOT NULL, batch INTEGER NOT NULL,
    filed_on TEXT NOT NULL, accepted_on TEXT NOT NULL, deemed INTEGER NOT NULL, decided_on TEXT NOT NULL,
    ended_on TEXT NOT NULL, outcome TEXT NOT NULL, late INTEGER NOT NULL, minutes INTEGER
);
CREATE INDEX IF NOT EXISTS figures_by_filing ON case_figures (filed_on);
CREATE INDEX IF NOT EXISTS figures_by_acceptance ON case_figures (accepted_on);
CREATE INDEX IF NOT EXISTS figures_by_decision ON case_figures (decided_on);
CREATE INDEX IF NOT EXISTS figures_by_end ON case_figures (ended_on);
CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, id TEXT NOT NULL, number TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS case_words (filed INTEGER PRIMARY KEY, words TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS case_search USING fts5 (
    words, content='case_words', content_rowid='filed', tokenize='ascii', detail='none', columnsize=0
);
CREATE TRIGGER IF NOT EXISTS case_words_came AFTER INSERT ON case_words BEGIN
    INSERT INTO case_search (rowid, words) VALUES (new.filed, new.words);
END;
CREATE TRIGGER IF NOT EXISTS case_words_changed AFTER UPDATE ON case_words BEGIN
    INSERT INTO case_search (case_search, rowid, words) VALUES ('delete', old.filed, old.words);
    INSERT INTO case_search (rowid, words) VALUES (new.filed, new.words);
END;
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
"""

CONTENT = {
    "rows": ("scope", "kind", "id"),
    "departures": ("scope", "kind", "id"),
    "views": ("id",),
    "lookups": ("id",),
    "ledgers": ("name", "id"),
    "ledger_persons": ("person", "name", "id"),
    "parties": ("person", "id"),
    "erased": ("person",),
    "case_index": ("filed",),
    "case_figures": ("filed",),
    "codes": ("code",),
    "case_words": ("filed",),
    "progress": ("name",),
}
"""The tables that hold what the log says, with their keys; what else there is follows from them."""
