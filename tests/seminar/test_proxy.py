"""The wire of the browser suite does what the suite takes it to do: it passes on, loses, delays, and breaks off."""

from __future__ import annotations

import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest

from tests.seminar.proxy import Proxy


class Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            while piece := self.request.recv(1024):
                self.request.sendall(piece)


@pytest.fixture
def wire() -> Iterator[Proxy]:
    """A proxy in front of a server that echoes."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with Proxy(server.server_address[1]) as proxy:
            yield proxy
        server.shutdown()
        thread.join()


def call(wire: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), timeout=5)


def test_it_passes_on_both_ways(wire: Proxy):
    """What is sent comes back."""
    with call(wire) as line:
        line.sendall(b"hello")
        assert line.recv(1024) == b"hello"


def test_what_is_sent_while_it_is_cut_is_lost_without_a_word(wire: Proxy):
    """No answer and no error, on an old connection and on a new one; after mending the old ones are gone."""
    with call(wire) as old:
        old.sendall(b"before")
        assert old.recv(1024) == b"before"
        wire.cut()
        with call(wire) as new:
            for line in (old, new):
                line.sendall(b"lost")
                line.settimeout(0.1)
                with pytest.raises(TimeoutError):
                    line.recv(1024)
            wire.mend()
            for line in (old, new):
                line.settimeout(5)
                with pytest.raises(ConnectionResetError):
                    line.recv(1024)
    with call(wire) as again:
        again.sendall(b"after")
        assert again.recv(1024) == b"after"


def test_mended_without_a_word_old_connections_stay_dead(wire: Proxy):
    """After a mending that tells nobody, the old connection is silent for ever, and a new one works."""
    with call(wire) as old:
        old.sendall(b"before")
        assert old.recv(1024) == b"before"
        wire.cut()
        wire.mend(tells=False)
        old.sendall(b"lost")
        old.settimeout(0.1)
        with pytest.raises(TimeoutError):
            old.recv(1024)
        with call(wire) as new:
            new.sendall(b"after")
            assert new.recv(1024) == b"after"


def test_it_breaks_off_at_once(wire: Proxy):
    """A dropped connection is told so."""
    with call(wire) as line:
        line.sendall(b"hello")
        assert line.recv(1024) == b"hello"
        wire.drop()
        with pytest.raises(ConnectionResetError):
            line.recv(1024)


def test_a_delay_is_spent_on_each_way(wire: Proxy):
    """There and back takes two delays at least."""
    wire.delay = 0.05
    with call(wire) as line:
        before = time.perf_counter()
        line.sendall(b"hello")
        assert line.recv(1024) == b"hello"
        assert time.perf_counter() - before >= 0.1
