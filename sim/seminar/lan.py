"""Where the seminar is found: addresses of this machine, sockets, links as codes that phones read."""

from __future__ import annotations

import io
import ipaddress
import socket
from dataclasses import dataclass

from sim.errors import UsageError

LOOPBACK = "127.0.0.1"
PORT = 8642
PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 address of this machine and the adapter it belongs to."""

    ip: str
    adapter: str


def addresses() -> tuple[Address, ...]:
    """The addresses under which others in the room may reach this machine, private networks first.

    Adapters are asked: to ask which way a packet would go finds nothing on a hotspot without a way out.
    """
    import ifaddr

    found = []
    for adapter in ifaddr.get_adapters():
        for address in adapter.ips:
            if isinstance(address.ip, str):
                ip = ipaddress.IPv4Address(address.ip)
                if not (ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast):
                    found.append(Address(str(ip), str(adapter.nice_name)))
    return tuple(sorted(found, key=lambda one: (not ipaddress.IPv4Address(one.ip).is_private, one.adapter, one.ip)))


def chosen_address(lan: str | None) -> str:
    """The one address to be bound: loopback without `--lan`, the only one of the machine, or the one that is named.

    Raises
    ------
    UsageError
        If there is none, there are several and none is named, or the one that is named is not of this machine.
    """
    if lan is None:
        return LOOPBACK
    there = addresses()
    listed = "; ".join(f"{one.ip} ({one.adapter})" for one in there)
    if lan and lan not in [one.ip for one in there]:
        raise UsageError(f"`{lan}` is no address of this machine; there {'are' if there else 'is none:'} {listed}"
                         f"{'' if there else 'join a network, or open a hotspot, first'}")  # fmt: skip
    if not there:
        raise UsageError("this machine is in no network: join one, or open a hotspot, and try again")
    if not lan and len(there) > 1:
        raise UsageError(f"this machine has several addresses: {listed}; say which: `--lan {there[0].ip}`")
    return lan or there[0].ip


def bound(ip: str, port: int | None, *, before: int | None = None) -> socket.socket:
    """A socket that listens at one address: at `port`, or at the one it had `before`, or at one near the usual.

    Raises
    ------
    UsageError
        If the port that was asked for is taken.
    """
    tried = [port] if port is not None else [*([before] if before else []), *range(PORT, PORT + PORTS_TRIED), 0]
    for one in tried:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows understands SO_REUSEADDR as leave to take a port away
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ip, one))
            listener.listen(256)
        except OSError:
            listener.close()
            continue
        listener.setblocking(False)
        return listener
    raise UsageError(f"port {port} of {ip} is taken or not allowed; leave `--port` out, or name another")


def code_of(link: str) -> str:
    """A link as a QR code: SVG to stand in a page, dark on light in every theme, with its quiet zone."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=4, dark="#000", light="#fff", omitsize=True,
        svgclass="qr", lineclass=None, title="QR code",
    )  # fmt: skip
    return out.getvalue().decode()
