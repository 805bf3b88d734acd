"""`doorstep keys`: the master key is replaced, and everything that it wraps opens as before."""

from domain.case.commands import AddNote
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CASE, ZHOU


def test_status_counts_and_shows_no_key(home: Home) -> None:
    with home.opened() as premises:
        premises.receive()
        counts, kek = premises.centre.vault.counts(), premises.centre.vault.kek

    said = home.types("keys", "status")

    assert said.code == 0
    assert [line.split()[-1] for line in said.out.splitlines()] == [
        kek,
        str(counts.persons),
        str(counts.named),
        str(counts.destroyed),
    ]
    assert (home.data / "centre" / "master.key").read_bytes().hex() not in said.out


def test_after_a_rotation_the_old_key_is_gone_and_everything_opens(home: Home) -> None:
    with home.opened() as premises:
        premises.receive()
    key = home.data / "centre" / "master.key"
    old = key.read_bytes()

    said = home.types("keys", "rotate")

    assert said.code == 0
    assert key.read_bytes() != old
    assert key.stat().st_mode & 0o777 == 0o600
    assert old not in {path.read_bytes() for path in key.parent.iterdir() if path.is_file()}
    assert home.types("check").code == 0


def test_a_service_goes_on_while_the_key_is_rotated(home: Home) -> None:
    with home.opened(name="service") as premises:
        premises.receive()

        said = home.types("keys", "rotate")

        assert said.code == 0
        assert premises.do(AddNote(text="after it"), by=ZHOU, case=CASE).verdict == "applied"
    assert home.types("check").code == 0
