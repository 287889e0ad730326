"""Networks: what one customer of a provider usually has, so that limits hold for all of it."""

from ipaddress import IPv6Address, ip_address, ip_network

PREFIXES = {4: 24, 6: 64}


def network_of(address: str) -> str:
    """The network of an address: /24 of IPv4, /64 of IPv6; what is no address stands for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{PREFIXES[found.version]}", strict=False))
