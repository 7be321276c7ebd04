# SPDX-License-Identifier: BSD-2-Clause
"""What a screen reader says by itself: an answer as a whole, and what is waited for."""

import subprocess

from screen import Atspi, GLib, Screen, attempt, finish, last_day, report, role_of, today

AUTH = "user authentication certificate"
NOW = "4-digit PIN for user authentication"
VALUES, ANNOUNCES = (4, 10), (4, 14)  # the GTK that can
said = subprocess.run(["pkg-config", "--modversion", "gtk4"], capture_output=True, text=True, check=True).stdout
GTK = tuple(map(int, said.split(".")[:2]))
END = last_day("near-expiry")


def described(node):
    """As it is now; of nothing, nothing."""
    return attempt(lambda: node.get_description()) or ""


def left():
    return float((END - today()).days)


before = left()

screen = Screen("C.UTF-8", cards=("near-expiry",))
screen.shows("a card whose certificate ends soon", " to %s" % END)
bars = [node for node in screen.nodes() if role_of(node) == Atspi.Role.LEVEL_BAR]
values = [attempt(lambda n=node: Atspi.Value.get_current_value(n.get_value_iface())) for node in bars]
if GTK >= VALUES:
    report("its bar has the days that are left for a value", values and values[0] in (before, left()), (values, screen.words()))
report("... and says when it is renewed", bars and " to %s" % END in described(bars[0]), bars and described(bars[0]))
told = []
listener = Atspi.EventListener.new(lambda event: told.append(event.any_data))
listener.register("object:announcement")


def check(pin):
    screen.press("Check validity: " + AUTH)
    screen.until(lambda: screen.asks(NOW))
    screen.type(pin)
    screen.type("", "Return")
    return screen.until(lambda: screen.answers() and described(screen.top()))


said = check("9999") or ""
report("a wrong PIN is said at once", "CAUTION the PIN was wrong: 2 tries left" in said.splitlines(), said)
screen.type("", "Escape")
screen.rests()
screen.card("set", "near-expiry", "delay-exchange", "1000")
screen.press("Check validity: " + AUTH)
bars = screen.until(lambda: [
    node
    for node in screen.nodes()
    if role_of(node) == Atspi.Role.STATUS_BAR and screen.is_state(node, Atspi.StateType.SHOWING)
])
report("what is waited for is the window's status", bars, screen.words())
screen.card("set", "near-expiry", "delay-exchange", "0")
screen.until(lambda: screen.asks(NOW))
screen.type("1234")
screen.type("", "Return")
said = screen.until(lambda: screen.answers() and described(screen.top())) or ""
lines = said.splitlines()
report("an answer is said as a whole", len(lines) >= 5, said)
report("... each row with its label and its mark", any(line.startswith("Key OK the card has the key") for line in lines), said)
report("... to its end", "NOT CHECKED: by law" in lines[-1], said)
screen.type("", "Escape")
screen.rests()

if GTK >= ANNOUNCES:
    while GLib.MainContext.default().iteration(False):
        pass
    report("what is waited for is told", "Waiting for the card ..." in told, told)
    report("... and what the card does", "The card is checking the PIN ..." in told, told)
report("told to end, it ends well", screen.end() == 0)
finish()
