"""Try the hub: a machine for a class inside this one, until Ctrl-C."""

from __future__ import annotations

import sys
import threading

from imbalance_hub.machine import NoMachine, open_machine
from imbalance_lab.printable import printable

PEOPLE = ("turing", "ada", "bela")


def main() -> int:
    """Start it, say where it is, and wait."""
    print("Starting JupyterHub on a machine inside this one; nothing outside it is changed.")
    try:
        with open_machine(PEOPLE) as machine:
            print(f"{machine.address} is open. {PEOPLE[0]} teaches; the students are", end=" ")
            print(f"{' and '.join(PEOPLE[1:])}. Each one's password is the name. Ctrl-C ends it.")
            threading.Event().wait()
    except NoMachine as error:
        print(printable(f"error: {error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded; nothing is left.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
