"""Whom an address reaches."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Does this address reach nobody but this machine?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
