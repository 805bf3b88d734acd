import pytest

from projections.database import Change
from projections.following import Batch
from sync.hub import Hub


def change(scope: str, name: str = "row") -> Change:
    return Change(scope, "status", name, 5, "{}")


class Listener:
    def __init__(self) -> None:
        self.heard: list[list[str]] = []

    def __call__(self, batch: Batch, changes: list[Change]) -> None:
        assert batch.position == 5
        self.heard.append([f"{each.scope}/{each.id}" for each in changes])


def test_each_listener_hears_once_of_a_batch_and_only_of_its_scopes() -> None:
    hub, father, clerk = Hub(), Listener(), Listener()
    hub.join(father, frozenset({"person:father"}))
    hub.join(clerk, frozenset({"office:street", "mine:clerk"}))

    hub.publish(Batch(5, (change("person:father"), change("office:street"), change("mine:clerk"), change("person:x"))))

    assert father.heard == [["person:father/row"]]
    assert clerk.heard == [["office:street/row", "mine:clerk/row"]]


def test_a_batch_without_changes_in_the_scopes_is_not_heard() -> None:
    hub, father = Hub(), Listener()
    hub.join(father, frozenset({"person:father"}))

    hub.publish(Batch(5, (change("person:other"),)))

    assert father.heard == []


@pytest.mark.parametrize("batch", [Batch(5, (), is_renewed=True), Batch(5, (), is_last=True)])
def test_what_concerns_every_row_is_heard_by_everybody(batch: Batch) -> None:
    hub, father, clerk = Hub(), Listener(), Listener()
    hub.join(father, frozenset({"person:father"}))
    hub.join(clerk, frozenset({"office:street", "mine:clerk"}))

    hub.publish(batch)

    assert (father.heard, clerk.heard) == ([[]], [[]])


def test_a_listener_that_left_hears_nothing_and_leaving_twice_is_nothing() -> None:
    hub, father, mother = Hub(), Listener(), Listener()
    scopes = frozenset({"person:father"})
    hub.join(father, scopes)
    hub.join(father, scopes)
    hub.join(mother, scopes)
    hub.leave(father, scopes)
    hub.leave(father, scopes)

    hub.publish(Batch(5, (change("person:father"),)))

    assert (father.heard, len(mother.heard)) == ([], 1)


def test_a_listener_may_leave_while_it_hears() -> None:
    hub = Hub()
    scopes = frozenset({"person:father"})

    def leaves(_batch: Batch, _changes: list[Change]) -> None:
        hub.leave(leaves, scopes)

    stays = Listener()
    hub.join(leaves, scopes)
    hub.join(stays, scopes)

    hub.publish(Batch(5, (change("person:father"),)))

    assert len(stays.heard) == 1


def test_that_all_rows_are_renewed_is_heard_by_everybody_once() -> None:
    hub, father, clerk = Hub(), Listener(), Listener()
    hub.join(father, frozenset({"person:father"}))
    hub.join(clerk, frozenset({"office:street", "mine:clerk"}))

    hub.publish(Batch(5, (), is_renewed=True))

    assert (father.heard, clerk.heard) == ([[]], [[]])
