# SPDX-License-Identifier: BSD-2-Clause
"""Name and address go after a minute, and not sooner; also if the computer sleeps through it."""

import re
import time

from screen import Screen, finish, report, under, work

PASSWORD = "password for digital signature (6 to 16 characters)"
MINUTE = 60
DAY = 24  # hours

slept = work + "/slept"
under("slept", "SLEPT=" + slept)
screen = Screen("C.UTF-8")


def show():
    """When the password was typed: nothing is shown before."""
    screen.press("Show the certificate: digital signature certificate")
    screen.until(lambda: screen.asks(PASSWORD))
    screen.type("ABC123")
    typed = time.monotonic()
    screen.type("", "Return")
    return typed


def shown():
    """All of one moment: where much else runs, to look twice may take the minute."""
    words = screen.words().splitlines()
    return words if {"Name", "Address", "This is hidden again after a minute."} <= set(words) else []


typed = show()
said = screen.until(shown) or []
report("name and address are shown", said)
address = said[len(said) - said[::-1].index("Address")] if said else ""  # what follows its label
report("... the address among them", address not in ("", "Address"), said)
screen.gone("after a minute they are gone", address)
lasted = time.monotonic() - typed
report("... and not sooner", lasted >= MINUTE, "after %.1f s" % lasted)
report("... nor can they be read out any more", address not in screen.read_out(), screen.read_out())



def sleep_through_it():
    """Seconds for which they were shown, the words that were waited for among them."""
    typed = show()
    screen.until(shown)
    with open(slept, "a", encoding="utf-8") as file:
        file.write(".")  # an hour each
    screen.gone("shown again, they are gone when the computer wakes up after an hour", address)
    return time.monotonic() - typed


# A busy computer may take a minute to look; a clock that stands still meanwhile always does.
lasted = [sleep_through_it()]
while lasted[-1] >= MINUTE and len(lasted) < 5:
    lasted.append(sleep_through_it())
report("... at once", lasted[-1] < MINUTE, "seconds: %s" % lasted)


# ---- a window that stays open over midnight ----
def days_left():
    return [int(days) for days in re.findall("([0-9]+) days? left", screen.words())]


screen.press("Look again")
screen.rests()
before = screen.until(days_left) or [0]
with open(slept, "a", encoding="utf-8") as file:
    file.write("." * DAY)
screen.type("", "ctrl+3")
screen.press("Verify the signature")
screen.shows("something else is on top for a while", "Choose a file first.")
screen.type("", "Escape")
screen.type("", "ctrl+1")
good = screen.until(lambda: days_left() and max(days_left()) < max(before), 60)
report("a window that is come back to the next day tells the days left from then", good, (before, days_left()))
report("told to end, it ends well", screen.end() == 0)
finish()
