import urllib.error

import pytest

from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.wire import Mode


def test_a_centre_killed_and_started_again_serves_the_same_cases(centre: Centre) -> None:
    before = centre.get("/api/catalogue")

    centre.kill()
    with pytest.raises(urllib.error.URLError):
        centre.get("/healthz")
    centre.start()

    assert centre.get("/api/catalogue") == before


def test_the_first_screen_opens_again_without_a_signal(centre: Centre, phone: Screen) -> None:
    phone.open()
    phone.sees("不用跑，现在就能办")
    phone.controlled()

    centre.wire.set(Mode.REFUSE)
    phone.reopen()

    phone.sees("不用跑，现在就能办")
    phone.picture("resident-home-offline")
