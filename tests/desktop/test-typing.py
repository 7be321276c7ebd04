# SPDX-License-Identifier: BSD-2-Clause
"""Where a PIN is typed: what is sent is what the dots, the caret and the selection show."""

from screen import Screen, finish, report

CHECK, SHOW = ("Check validity: user authentication certificate", "Show the certificate: digital signature certificate")
screen = Screen("C.UTF-8")
screen.shows("the card is shown", "3 of 3 tries left", "5 of 5 tries left")


def typed(promise, button, answer, *steps):
    """A step: text to be typed or keys to be pressed, and how many characters there are after it."""
    screen.press(button)
    screen.shows("%s: it is asked" % promise, "Continue", "0 characters typed")
    for text, keys, count in steps:
        screen.type(text, *keys.split())
        if not screen.until(lambda: screen.typed() == count):
            report("%s: %d characters" % (promise, count), False, screen.words())
    screen.type("", "Return")
    screen.shows(promise, answer)
    tries = screen.tries("auth"), screen.tries("sign")
    report("... and no try is lost", tries == (3, 5), tries)
    screen.type("", "Escape")
    screen.rests()


RIGHT = "the card has the key"
typed("a character goes where the caret is", CHECK, RIGHT, ("134", "", 3), ("", "Left Left 2", 4))
typed("... also in a password", SHOW, "Birth date", ("ABC23", "", 5), ("", "Left Left 1", 6))
typed("what is selected is replaced", CHECK, RIGHT, ("9999", "", 4), ("", "ctrl+a 1", 1), ("234", "", 4))
typed("... or taken away", CHECK, RIGHT, ("1299", "", 4), ("", "shift+Left shift+Left Delete", 2), ("34", "", 4))
typed("Backspace takes what is before the caret", CHECK, RIGHT, ("12934", "", 5), ("", "Left Left BackSpace", 4))
typed("Delete takes what is after it", CHECK, RIGHT, ("91234", "", 5), ("", "Home Delete", 4))
typed("... and neither what is not there", CHECK, RIGHT, ("1234", "", 4), ("", "Delete Home BackSpace", 4))
typed("also with characters of several bytes", CHECK, RIGHT, ("1234", "", 4), ("", "Left eacute", 5), ("", "BackSpace", 4))
report("told to end, it ends well", screen.end() == 0)
finish()
