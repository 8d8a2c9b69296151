"""Lists of networks as the environment gives them. No database, no request, no settings."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadNetwork(ValueError):
    """An entry is no network; the text is a Chinese sentence that names it."""


def read_networks(setting: str, entries: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of a list such as `10.12.3.0/24, 2001:db8::/32`; a single address is a network of one."""
    return tuple(_network(setting, entry.strip()) for entry in entries if entry.strip())


def _network(setting: str, entry: str) -> Network:
    try:
        found = ipaddress.ip_network(entry, strict=False)
    except ValueError as error:
        raise BadNetwork(
            f"{setting} 中的“{entry}”不是网段，应写成 10.12.3.0/24 或 2001:db8:12::/48，多个用逗号分隔"
        ) from error
    if "/" in entry and ipaddress.ip_address(entry.partition("/")[0]) != found.network_address:
        raise BadNetwork(f"{setting} 中的“{entry}”与掩码不符，如指整个网段，应写成 {found}")
    return found


def contains(networks: Iterable[Network], address: str) -> bool:
    """Tell whether `address` lies in one of `networks`; what is no address lies nowhere."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A server that listens on IPv6 reports its IPv4 callers as ::ffff:10.12.3.4.
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    return any(known in network for network in networks)
