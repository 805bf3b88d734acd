"""The scopes of one person never share a row: a digest that is summed up scope by scope is that of what they hold."""

import msgspec

from domain.actors import Actor, Role
from projections.digests import Digests, digest_of_rows
from projections.reader import Reader
from sync.scopes import scopes_for
from tests.app.demonstration import Demonstration


def test_no_row_of_the_demonstration_is_in_two_scopes_of_one_person(demonstration: Demonstration) -> None:
    reader = Reader(demonstration.reader.database, digests=Digests())
    staff = [one for one in demonstration.centre.everyone() if one.id is not None]
    assert len(staff) > 5
    for one in staff:
        assert one.id is not None
        scopes = scopes_for(Actor(id=one.id, roles=frozenset(map(Role, one.roles)), office=one.office))
        page = reader.page(scopes, (0, ""), page_bytes=10**9)
        held = [(row.kind, row.id, row.pos) for row in page.rows]

        assert len({(kind, id) for kind, id, _ in held}) == len(held), one.roles
        assert page.digest == digest_of_rows(held)
        assert all(msgspec.json.decode(row.row)["pos"] == row.pos for row in page.rows)
