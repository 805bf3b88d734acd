"""The page on reading the log: every query on it is asked of a real log and gives what the page says.

`python -m tests.app.test_cli_read_the_log` writes the answers again.
"""

import re
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from bootstrap.places import ROOT
from domain.case.commands import AcceptCase, AddNote, ClaimCase, ViewRecord
from tests.cast import GU, MONDAY_10AM, TANG, ZHOU, Clock
from tests.premises import opened

PAGE = ROOT / "docs" / "how-to" / "read-the-log.md"
_ASKED = re.compile(r"```sql\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


@contextmanager
def copy_of_an_example() -> Generator[sqlite3.Connection]:
    """A copy, made as the page says, of the log of a small centre with one case."""
    with tempfile.TemporaryDirectory() as folder:
        log, copy = Path(folder) / "centre" / "log.db", Path(folder) / "copy.db"
        clock = Clock(MONDAY_10AM)
        with opened(log.parent, clock) as premises:
            premises.receive()
            clock.advance(minutes=5)
            premises.do(ClaimCase(), by=TANG)
            premises.do(ClaimCase(), by=ZHOU)
            clock.advance(minutes=20)
            premises.do(AddNote(text="asked for the second page"), by=ZHOU)
            premises.do(AcceptCase(), by=ZHOU)
            premises.do(ViewRecord(position=premises.centre.head(), at=clock()), by=GU)
            with closing(sqlite3.connect(log)) as beside_the_service:
                beside_the_service.execute(f"VACUUM INTO '{copy}'")
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
            yield database


def answered(database: sqlite3.Connection, query: str) -> str:
    """What the shell of SQLite prints."""
    lines = ("|".join("" if value is None else str(value) for value in row) for row in database.execute(query))
    return "".join(f"{line}\n" for line in lines)


def with_answers(page: str) -> str:
    with copy_of_an_example() as database:

        def anew(found: re.Match[str]) -> str:
            query = found.group(1)
            return f"```sql\n{query}```\n\n```text\n{answered(database, query)}```"

        return _ASKED.sub(anew, page)


def test_every_query_of_the_page_gives_what_the_page_says() -> None:
    page = PAGE.read_text()

    assert page.count("```sql") == len(_ASKED.findall(page))
    assert with_answers(page) == page


def test_every_column_of_the_view_is_described() -> None:
    with copy_of_an_example() as database:
        columns = [column[0] for column in database.execute("SELECT * FROM facts LIMIT 1").description]
    described = re.findall(r"^\| (`[a-z_`, ]+`) \|", PAGE.read_text(), re.MULTILINE)

    assert re.findall(r"[a-z_]+", " ".join(described)) == columns


if __name__ == "__main__":
    PAGE.write_text(with_answers(PAGE.read_text()))
