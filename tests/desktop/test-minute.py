# SPDX-License-Identifier: BSD-2-Clause
"""Name and address go after a minute, and not sooner."""

import time

from screen import Screen, finish, report

PASSWORD = "password for digital signature (6 to 16 characters)"
MINUTE = 60

screen = Screen("C.UTF-8")
screen.press("Show the certificate: digital signature certificate")
screen.until(lambda: screen.asks(PASSWORD))
screen.type("ABC123")
typed = time.monotonic()  # nothing is shown before
screen.type("", "Return")


def shown():
    """All of one moment: where much else runs, to look twice may take the minute."""
    words = screen.words().splitlines()
    return words if {"Name", "Address", "This is hidden again after a minute."} <= set(words) else []


said = screen.until(shown) or []
report("name and address are shown", said)
address = said[len(said) - said[::-1].index("Address")] if said else ""  # what follows its label
report("... the address among them", address not in ("", "Address"), said)
screen.gone("after a minute they are gone", address)
lasted = time.monotonic() - typed
report("... and not sooner", lasted >= MINUTE, "after %.1f s" % lasted)
report("... nor can they be read out any more", address not in screen.read_out(), screen.read_out())
report("told to end, it ends well", screen.end() == 0)
finish()
