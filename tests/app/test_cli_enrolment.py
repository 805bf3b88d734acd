"""`doorstep enrolment`: a code for whoever has nothing else to come in with."""

from uuid import uuid4

from domain.identity.keyring import keyring_stream
from domain.identity.keys import UseEnrolment
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import STAFF, ZHOU
from web.signin.factors import digest_of

USERNAME = next(name for name, who in STAFF.items() if who == ZHOU)


def test_the_printed_code_lets_its_person_in_once(home: Home) -> None:
    with home.opened():
        pass

    said = home.types("enrolment", USERNAME)

    code = said.out.splitlines()[0]
    with home.opened() as premises:
        centre, now = premises.centre, premises.centre.clock()
        use = UseEnrolment(person=ZHOU.id, digest=digest_of(centre, ZHOU.id, code), now=now)
        answers = [centre.by_itself(use, lane=keyring_stream(ZHOU.id), id=uuid4()).code for _ in range(2)]
    assert (said.code, said.err) == (0, "")
    assert answers == [None, "enrolment-wrong"]


def test_a_name_that_nobody_has_is_told_so(home: Home) -> None:
    with home.opened():
        pass

    said = home.types("enrolment", "nobody")

    assert (said.code, said.err) == (1, "There is no member of staff called nobody.\n")
