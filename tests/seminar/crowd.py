"""A crowd of clients on sockets, each noting when it heard of which revision."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.seminar.client import Client


@dataclass(frozen=True, slots=True)
class Heard:
    """When each client first heard of each change (or of a later one), in seconds after it was sent off."""

    latencies: tuple[tuple[float, ...], ...]  # [change][client]
    missed: int  # changes that a client did not hear of within the patience

    def share(self, share: float) -> float:
        """The latency that this share of all is below."""
        flat = sorted(one for change in self.latencies for one in change)
        return flat[min(len(flat) - 1, int(share * len(flat)))]


async def _listen(client: Client, page: str, heard: list[tuple[float, int]], ready: asyncio.Event) -> None:
    async with client.live(page) as line:
        async for message in line:
            record = json.loads(message)
            if "revision" in record:
                heard.append((time.perf_counter(), int(record["revision"])))
                ready.set()


async def _play(listeners: Sequence[Client], page: str, changes: Sequence[tuple[Client, str, dict[str, object]]],
                pause: float, patience: float) -> Heard:  # fmt: skip
    heard: list[list[tuple[float, int]]] = [[] for _ in listeners]
    ready = [asyncio.Event() for _ in listeners]
    tasks = [asyncio.create_task(_listen(one, page, mine, event))
             for one, mine, event in zip(listeners, heard, ready, strict=True)]  # fmt: skip
    for event in ready:
        await asyncio.wait_for(event.wait(), 30)
    sent: list[tuple[float, int]] = []
    with ThreadPoolExecutor(1) as hands:
        for client, what, fields in changes:
            before = time.perf_counter()
            reply = await asyncio.get_running_loop().run_in_executor(hands, lambda: client.do(what, **fields))  # noqa: B023
            assert reply.status == 200, reply.text
            sent.append((before, int(reply.record["revision"])))
            await asyncio.sleep(pause)
    until = time.perf_counter() + patience
    while time.perf_counter() < until and not all(mine and mine[-1][1] >= sent[-1][1] for mine in heard):
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    firsts = [[next((at - before for at, revision in mine if revision >= wanted), None) for mine in heard]
              for before, wanted in sent]  # fmt: skip
    return Heard(tuple(tuple(one for one in change if one is not None) for change in firsts),
                 sum(one is None for change in firsts for one in change))  # fmt: skip


def crowd(listeners: Sequence[Client], page: str, changes: Sequence[tuple[Client, str, dict[str, object]]], *,
          pause: float = 0.1, patience: float = 10.0) -> Heard:  # fmt: skip
    """Let changes be made one after another while all listen; in a thread, for the browser has a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_play(listeners, page, changes, pause, patience))).result()
