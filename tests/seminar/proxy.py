"""A wire that can be cut: a proxy between a phone and the server that loses and delays what passes through it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Coroutine
from threading import Thread
from typing import Any, Self

CHUNK = 65_536


class Proxy:
    """Passes bytes on between its own port and another of this machine, until it is cut.

    Parameters
    ----------
    to
        The port behind it.
    delay
        Seconds that each piece spends on the way; may be changed while it runs.
    """

    def __init__(self, to: int, *, delay: float = 0.0) -> None:
        self.to, self.delay, self.port = to, delay, 0
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """As when the wireless network is out of reach: nothing arrives, and nobody is told. What is sent is lost."""
        self._is_cut = True

    def mend(self, *, tells: bool = True) -> None:
        """The network is back; what was connected through it when it was cut is not.

        Parameters
        ----------
        tells
            Whether those connections are reset; else they stay dead without a word, as behind a wireless network that
            was left and joined again.
        """
        self._dead.update(self._writers)
        if tells:
            self._do(self._drop())
        self._is_cut = False

    def drop(self) -> None:
        """Break every connection off, as a phone does that changes from one network to another."""
        self._do(self._drop())

    # ------------------------------------------------------------------------------------------ in the loop

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _drop(self) -> None:
        """Reset every connection: with nothing to linger over, closing sends a reset in place of a polite end."""
        for writer in tuple(self._writers):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _shut(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._drop()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection. While the wire is cut it is taken, but nothing of it arrives behind."""
        self._writers.add(writer)
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            self._writers.discard(writer)
            writer.transport.abort()
            return
        self._writers.add(inner_writer)
        ways = (self._pass_on(reader, inner_writer), self._pass_on(inner_reader, writer))
        try:
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for one in (writer, inner_writer):
                self._writers.discard(one)
                self._dead.discard(one)
                one.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            if not self._is_lost(writer):
                writer.write(chunk)
                await writer.drain()
        if not self._is_lost(writer) and writer.can_write_eof():
            writer.write_eof()

    def _is_lost(self, writer: asyncio.StreamWriter) -> bool:
        return self._is_cut or writer in self._dead
