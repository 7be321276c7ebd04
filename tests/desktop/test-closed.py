# SPDX-License-Identifier: BSD-2-Clause
"""The window closed in the middle of something: it ends well, and the card is logged out."""

import os
import signal
import subprocess
import time

from screen import PATIENCE, Atspi, Screen, attempt, finish, name_of, report, tree, work

NOW = "4-digit PIN for user authentication"
PASSWORD = "password for digital signature (6 to 16 characters)"
SHOW = "Show the certificate: digital signature certificate, "
SLOW = "3000"  # ms for each exchange
STUCK = 10  # seconds: far more than to hide something takes, and far less than a look is waited for
trace = work + "/trace"


def begun(cards=("adult",)):
    """With cards, and a trace of its own."""
    if os.path.exists(trace):
        os.unlink(trace)
    screen = Screen("C.UTF-8", cards, options=("--switch", "delay-exchange=0", "--trace", trace))
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
screen.press("Check validity: user authentication certificate")
screen.until(lambda: screen.asks(NOW))
screen.type("4321")
ends(screen, "closed while a PIN is asked, it ends well")
report("... and what was typed was not sent", not after_pin(), "\n".join(traced()))

screen = begun()
screen.press("Show the certificate: user authentication certificate")
screen.shows("an answer is shown", "SHA-256 fingerprint")
ends(screen, "closed over an answer, it ends well")

screen = begun()
screen.card("set", "adult", "delay-exchange", "60s")
screen.press("Look again")
screen.shows("a look takes very long", "Looking at the readers ...")
ends(screen, "closed then, it ends all the same", 1)


# ---- told to end while a name is shown ----
def is_looking():
    """Whether the window, below a dialog too, says so."""
    leave = [node for node in tree(screen.application()) if name_of(node) == "Leave"]
    return any(screen.is_state(node, Atspi.StateType.SHOWING) for node in leave)


def on_screen():
    """Its windows, by the screen itself: a program that waits for something tells nobody about them."""
    command = ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(pid), "--name", "."]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE).stdout.split()


screen = begun(("adult", "near-expiry"))
screen.until(lambda: sum(name_of(node).startswith(SHOW) for node in screen.nodes()) > 1)
readers = [name.removeprefix(SHOW) for name in map(name_of, screen.nodes()) if name.startswith(SHOW)]
screen.press(SHOW + readers[0])
screen.until(lambda: screen.asks(PASSWORD))
screen.type("ABC123")
screen.type("", "Return")
screen.shows("name and address are shown", "Name", "Address", "This is hidden again after a minute.")
screen.card("set", "adult", "delay-exchange", "60s")
screen.card("unplug", readers[-1])
report("meanwhile a look takes very long", screen.until(is_looking))
pid = screen.application().get_process_id()
report("the screen has the window and the dialog", len(on_screen()) == 2, on_screen())
os.kill(pid, signal.SIGTERM)
gone = screen.until(lambda: not on_screen() and time.monotonic())
status = attempt(lambda: screen.program.wait(PATIENCE))
lasted = time.monotonic() - gone if gone else 0
report("told to end, it shows nothing any more", lasted > STUCK, "for the last %.1f s" % lasted)
report("... and ends all the same", status == 1, status)
finish()
