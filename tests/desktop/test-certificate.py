# SPDX-License-Identifier: BSD-2-Clause
"""A certificate that is shown: checked and saved from there, with the keyboard alone."""

from screen import BUTTONS, Screen, finish, name_of, report, role_of

AUTH = "Show the certificate: user authentication certificate"
NOW = "4-digit PIN for user authentication"

screen = Screen("C.UTF-8")


def answer(question, typed):
    screen.until(lambda: screen.asks(question))
    screen.type(typed)
    screen.type("", "Return")


def reach(name):
    """With the keyboard alone."""
    for _ in range(12):
        node = screen.press_key("Tab")
        if node and name_of(node) == name:
            return True
    return False


screen.follow()
screen.press(AUTH)
screen.shows("the certificate is shown", "SHA-256 fingerprint")
names = [name_of(node) for node in screen.nodes() if role_of(node) in BUTTONS]
report("... with what can be done with it", {"Check validity", "Save a copy", "Close"} <= set(names), names)
report("... which the keyboard reaches", reach("Check validity"), screen.words())
screen.type("", "space")
answer(NOW, "1234")
screen.shows("it is checked", "the card has the key of this certificate", "NOT CHECKED: by law")
screen.type("", "Escape")
screen.rests()
screen.press(AUTH)
screen.shows("shown again", "SHA-256 fingerprint")
report("... the other is reached too", reach("Save a copy"), screen.words())
screen.type("", "space")
screen.until(lambda: screen.windows() == 2 and "SHA-256 fingerprint" not in screen.words())
report("... and asks where to", screen.windows() == 2, screen.words())
screen.type("", "Escape")
screen.rests()
report("told to end, it ends well", screen.end() == 0)
finish()
