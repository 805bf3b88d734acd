"""The OpenID Connect provider of `provider/`, running, and people who pass through its pages."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import httpx

from bootstrap import pwa
from bootstrap.commands import PROVIDER

CLIENT_ID = "doorstep"
CLIENT_SECRET = "a secret between the two"


@contextmanager
def provider(back: str) -> Generator[str]:
    """The issuer of a running provider that sends people back to `back`; its packages come at the first use."""
    node = pwa.node()
    pwa.install_packages(node, PROVIDER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(node.program), str(PROVIDER / "provider.mjs"), str(port), back]
    env = {**os.environ, "NODE_ENV": "test"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("the provider did not start")
            yield f"http://localhost:{port}"
        finally:
            process.kill()


async def passes(address: str, *, name: str, back: str) -> str:
    """Let somebody sign in at the provider and agree.

    Args:
        address: to which they were sent.
        name: that they type there.
        back: where the provider sends them in the end.

    Returns:
        The address with which they come back.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.get(address)
        for _ in range(12):
            while answer.is_redirect:
                onwards = str(answer.next_request.url) if answer.next_request else ""
                if onwards.startswith(back):
                    return onwards
                answer = await client.get(onwards)
            form = dict(re.findall(r'name="(\w+)" value="(\w*)"', answer.text))
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None, answer.text
            answer = await client.post(str(answer.url.join(action[1])), data={**form, "login": name, "password": "any"})
    raise AssertionError("the provider never sent them back")
