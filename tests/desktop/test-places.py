# SPDX-License-Identifier: BSD-2-Clause
"""The keyboard stays where it is, whatever is looked at, asked and answered meanwhile."""

from screen import Screen, finish, name_of, report, role_of

AUTH = "user authentication certificate"
VALIDITY = "Check validity: " + AUTH
NOW = "4-digit PIN for user authentication"
STEPS = 60  # more than any page has

screen = Screen("C.UTF-8")
screen.follow()
screen.shows("the card is shown", "3 of 3 tries left")


def reach(name):
    for _ in range(STEPS):
        node = screen.press_key("Tab")
        if node is None or name_of(node) == name:
            break
    report("Tab comes to %s" % name, node and name_of(node) == name, node and name_of(node))


def stays(promise, *names):
    good = screen.until(lambda: name_of(screen.focused()) in names)
    now = screen.focused()
    report(promise, good, (role_of(now), name_of(now)) if now else "nothing has the keyboard")


reach(VALIDITY)
screen.card("tries", "adult", "auth", "2")
screen.type("", "F5")
screen.shows("what has changed is looked at", "2 of 3 tries left")
stays("... and the keyboard is where it was", VALIDITY)
screen.type("", "space")
screen.until(lambda: screen.asks(NOW))
screen.type("", "Escape")
screen.rests()
stays("a question that is left gives it back", VALIDITY)
screen.type("", "space")
screen.until(lambda: screen.asks(NOW))
screen.type("9999")
screen.type("", "Return")
screen.shows("a wrong PIN costs a try", "1 try left")
screen.type("", "Escape")
screen.rests()
screen.shows("... which is shown", "1 of 3 tries left")
stays("... and the answer gives it back", VALIDITY)
screen.card("remove")
screen.shows("the card taken out", "no card in the reader")
report("... something else has it", screen.until(lambda: name_of(screen.focused())), screen.read_out())
screen.card("insert", "adult")
screen.shows("... and put back", "1 of 3 tries left")
report("... something has it still", screen.until(lambda: name_of(screen.focused())), screen.read_out())
screen.type("", "ctrl+2")
reach(AUTH)
screen.card("tries", "adult", "auth", "3")
screen.type("", "F5")
screen.shows("the other page", "3 of 3 tries left")
ROW = AUTH, "Change: " + AUTH  # GTK gives it to the row, or to the row's button: what they do is the same
stays("... keeps it too: a row", *ROW)
screen.type("", "Return")
report("... and Return does what it is for", screen.until(lambda: screen.asks(NOW)))
screen.type("", "Escape")
screen.rests()
stays("... and a question gives it back there", *ROW)
report("told to end, it ends well", screen.end() == 0)
finish()
