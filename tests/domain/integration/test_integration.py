"""Accesses and webhooks: what is in force, and one node at a time telling the same facts until they were taken."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.integration import integration as i
from domain.refusals import Invalid, NotFound, StateChanged
from tests.cast import MONDAY_10AM as MONDAY_MORNING

ID = UUID("0199aaaa-0000-7000-8000-000000000001")
OTHER = UUID("0199aaaa-0000-7000-8000-000000000002")
URL = "https://platform.example.cn/doorstep"
TODAY = date(2026, 11, 23)


class Office:
    """The stream of integration, and a clock."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING
        self.state = i.Integration()

    def does(self, command: i.Wanted) -> list[object]:
        """Decide a command and apply what follows."""
        decided = i.decide(command, self.state, now=self.now)
        for stream, fact in decided:
            assert stream == i.INTEGRATION_STREAM
            self.state = i.evolve(fact, self.state)
        return [fact for _, fact in decided]

    @property
    def hook(self) -> i.Webhook:
        """The webhook."""
        return self.state.webhooks[ID]


@pytest.fixture
def office() -> Office:
    opened = Office()
    opened.does(i.AddWebhook(webhook=ID, url=URL, after=7))
    return opened


def test_an_access_opens_its_scopes_until_its_last_day_or_until_it_is_revoked(office: Office) -> None:
    office.does(i.GrantAccess(access=ID, name="platform", scopes=("events", "events"), sha256="0" * 64, until=TODAY))

    access = office.state.accesses[ID]
    assert access.scopes == ("events",)
    assert [access.opens("events", on=TODAY), access.opens("reports", on=TODAY)] == [True, False]
    assert not access.opens("events", on=TODAY + timedelta(days=1))

    office.does(i.RevokeAccess(access=ID))
    assert office.state.accesses == {}
    with pytest.raises(NotFound):
        office.does(i.RevokeAccess(access=ID))


@pytest.mark.parametrize(
    "url",
    [
        "http://platform.example.cn/",
        "ftp://platform.example.cn/",
        "https://name:secret@platform.example.cn/",
        "https:///path",
        "https://platform.example.cn/#part",
        "platform.example.cn",
    ],
)
def test_what_is_told_passes_no_network_in_the_clear(office: Office, url: str) -> None:
    with pytest.raises(Invalid):
        office.does(i.AddWebhook(webhook=OTHER, url=url, after=0))


def test_plain_http_is_called_on_this_machine_alone(office: Office) -> None:
    assert office.does(i.AddWebhook(webhook=OTHER, url="http://127.0.0.1:9000/", after=0)) == [
        i.WebhookAdded(webhook=OTHER, url="http://127.0.0.1:9000/", tags=(), after=0)
    ]


def test_one_node_tells_a_webhook_until_its_claim_has_run_out(office: Office) -> None:
    claim = i.ClaimWebhook(webhook=ID, after=7, upto=9)
    assert office.does(claim) == [i.WebhookClaimed(webhook=ID, after=7, upto=9, until=MONDAY_MORNING + i.CLAIM_LASTS)]
    with pytest.raises(StateChanged):
        office.does(claim)

    office.now += i.CLAIM_LASTS
    with pytest.raises(StateChanged):
        office.does(i.ClaimWebhook(webhook=ID, after=7, upto=12))  # the same facts again, so that they have the same id
    office.does(claim)
    office.does(i.ReportWebhook(webhook=ID, upto=9, facts=2))

    assert office.hook == i.Webhook(url=URL, tags=(), told=9)
    with pytest.raises(StateChanged):
        office.does(claim)


def test_a_failure_is_tried_again_at_its_time_with_the_same_facts_and_then_waits_for_an_operator(
    office: Office,
) -> None:
    claim, later = i.ClaimWebhook(webhook=ID, after=7, upto=9), MONDAY_MORNING + timedelta(seconds=5)
    office.does(claim)
    office.does(i.ReportWebhook(webhook=ID, why="status 500", again_at=later))
    assert (office.hook.failures, office.hook.why, office.hook.may_be_told(office.now)) == (1, "status 500", False)

    office.now = later
    office.does(claim)
    office.does(i.ReportWebhook(webhook=ID, why="timeout"))
    assert (office.hook.is_paused, office.hook.offered) == (True, 9)
    with pytest.raises(StateChanged):
        office.does(claim)

    office.does(i.ResumeWebhook(webhook=ID))
    assert office.does(claim) != []


def test_a_webhook_that_was_removed_is_told_nothing(office: Office) -> None:
    office.does(i.RemoveWebhook(webhook=ID))

    for command in (
        i.ClaimWebhook(webhook=ID, after=7, upto=9),
        i.ReportWebhook(webhook=ID, upto=9),
        i.ResumeWebhook(webhook=ID),
        i.RemoveWebhook(webhook=ID),
    ):
        with pytest.raises(NotFound):
            office.does(command)
    assert i.evolve(i.WebhookTold(webhook=ID, upto=9, facts=1), office.state) == office.state
