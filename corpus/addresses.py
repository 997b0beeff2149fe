"""Which network addresses may be fetched from: public ones, and those that the settings allow by name."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Called global by Python or by the registries, but leading to other machines than they name: special-purpose
# assignments, relays, and IPv6 forms that carry an IPv4 address inside.
_NOT_PUBLIC: tuple[_Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2002::/16")
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # everything else in IPv6 is local, mapped, translated or reserved


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be reached besides the public internet: host names, single addresses, networks such as 10.1.0.0/16.

    Meant for an intranet and for tests; empty by default.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[_Network, ...] = ()

    @classmethod
    def parse(cls, entries: Sequence[str]) -> "Allowed":
        """From host names, addresses and networks in CIDR notation; what is no address is a host name."""
        hosts, networks = set(), []
        for entry in filter(None, (entry.strip().lower() for entry in entries)):
            try:
                networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    def lets(self, host: str, address: str) -> bool:
        """Whether `address`, to which `host` resolved, may be connected to."""
        try:
            parsed = ipaddress.ip_address(address.split("%")[0])
        except ValueError:
            return False
        if host.lower() in self.hosts:
            return True
        # An address of the other family is in no network.
        return is_public(parsed) or any(parsed in network for network in self.networks)


def is_public(address: _Address) -> bool:
    """Whether the address is a machine on the public internet: not local, private, shared, or a way to another one."""
    if any(address in network for network in _NOT_PUBLIC):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
