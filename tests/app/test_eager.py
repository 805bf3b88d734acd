"""A coroutine that is begun at once goes on in a task as if the task had begun it."""

from __future__ import annotations

import asyncio

import pytest

from web.eager import begun


async def test_what_never_waits_has_ended() -> None:
    said: list[str] = []

    async def work() -> None:
        said.append("done")

    assert begun(work()) is None
    assert said == ["done"]


async def test_what_waits_goes_on_where_it_is_awaited() -> None:
    said: list[str] = []
    first, second = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await first.wait()
        said.append("first")
        await second.wait()
        said.append("second")

    rest = begun(work())
    assert rest is not None
    first.set()
    asyncio.get_running_loop().call_soon(second.set)
    await rest

    assert said == ["first", "second"]


async def test_whoever_awaits_the_rest_can_be_cancelled_and_the_work_hears_of_it() -> None:
    said: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            said.append("ended")

    rest = begun(work())
    assert rest is not None
    task = asyncio.ensure_future(rest)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert said == ["ended"]


async def test_a_fault_comes_out_where_it_happens() -> None:
    now = asyncio.Event()

    async def work() -> None:
        await now.wait()
        raise RuntimeError("later")

    async def worse() -> None:
        raise RuntimeError("at once")

    rest = begun(work())
    assert rest is not None
    now.set()
    with pytest.raises(RuntimeError, match="later"):
        await rest
    with pytest.raises(RuntimeError, match="at once"):
        begun(worse())
