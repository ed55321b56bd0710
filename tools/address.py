"""Refuse an address at which no server of this machine can listen: ``address.py IP``."""

import socket
import sys


def refusal(address: str) -> str:
    """Return why nothing can listen there, "" where it can."""
    try:
        if not address:  # to a server, nothing is everything
            raise ValueError("it is empty")
        (family, kind, _, _, place), *_ = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as there:
            there.bind(place)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return f"{why}; say localhost, 0.0.0.0 for everybody, or an address of this machine"
    return ""


if __name__ == "__main__":
    why = refusal(sys.argv[1])
    sys.exit(f"IP={sys.argv[1]}: {why}" if why else 0)
