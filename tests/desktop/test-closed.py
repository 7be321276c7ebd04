# SPDX-License-Identifier: BSD-2-Clause
"""The window closed in the middle of something: it ends well, and the card is logged out."""

import os

from screen import PATIENCE, Screen, attempt, finish, report, work

NOW = "4-digit PIN for user authentication"
SLOW = "3000"  # ms for each exchange
trace = work + "/trace"


def begun():
    """With a card, and a trace of its own."""
    if os.path.exists(trace):
        os.unlink(trace)
    screen = Screen("C.UTF-8", options=("--switch", "delay-exchange=0", "--trace", trace))
    screen.shows("the card is shown", "3 of 3 tries left")
    return screen


def traced():
    with open(trace, encoding="utf-8") as file:
        return file.read().splitlines()


def after_pin():
    """What happened to the card since it has one; none where it has none."""
    lines = traced()
    return lines[max([number for number, line in enumerate(lines) if "VERIFY" in line], default=len(lines)) :]


def ends(screen, promise, expected=0):
    screen.type("", "ctrl+q")
    status = attempt(lambda: screen.program.wait(PATIENCE))
    report(promise, status == expected, status)


screen = begun()
screen.card("set", "adult", "delay-exchange", SLOW)
screen.press("Look again")
screen.shows("a look takes long", "Looking at the readers ...")
ends(screen, "closed in a look, it ends well")

screen = begun()
screen.press("Check validity: user authentication certificate")
screen.until(lambda: screen.asks(NOW))
screen.card("set", "adult", "delay-exchange", SLOW)
screen.type("1234")
screen.type("", "Return")
screen.until(after_pin)
report("the card has the PIN", after_pin(), "\n".join(traced()))
ends(screen, "closed while the card works, it ends well")
# by the selection of another application, as SAFETY.md has it; the end of its program alone does not do it
report("... and the card is logged out", any("> SELECT text" in line for line in after_pin()), "\n".join(after_pin()))

screen = begun()
screen.card("set", "adult", "delay-exchange", "60s")
screen.press("Look again")
screen.shows("a look takes very long", "Looking at the readers ...")
ends(screen, "closed then, it ends all the same", 1)
finish()
