# SPDX-License-Identifier: BSD-2-Clause
"""A certificate that is shown, in both languages: checked and saved from there, with the keyboard alone."""

import os

from catalogue import LANGUAGES
from screen import BUTTONS, Screen, finish, name_of, report, role_of

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
PIN = "4-digit PIN for user authentication"
PASSWORD = "password for digital signature (6 to 16 characters)"
NOT_CHECKED = (
    "NOT CHECKED: by law only the official service and approved verifiers may ask whether a certificate was revoked. "
    "The official client software can tell you."
)
HOLDS = (
    "note: this certificate holds name, address, birth date and sex of the holder: everybody who receives it can read "
    "them"
)


def answer(screen, question, typed):
    good = screen.until(lambda: screen.asks(screen.say(question)))
    report("\"%s\" is asked for" % question, good, screen.words())
    screen.type(typed)
    screen.type("", "Return")


def reach(screen, name):
    """With the keyboard alone."""
    for _ in range(60):  # more than any has
        node = screen.press_key("Tab")
        if node and name_of(node) == name:
            return True
    return False


def in_language(language):
    screen = Screen(language)
    say = screen.say
    fingerprint = say("SHA-256 fingerprint")
    check, save = say("Check validity"), say("Save a copy")
    copy = "%s/certificate-%s.pem" % (os.environ["HOME"], language)
    screen.follow()
    screen.press(say.button("Show the certificate", AUTH))
    screen.shows("the certificate is shown (%s)" % language, fingerprint)
    names = [name_of(node) for node in screen.nodes() if role_of(node) in BUTTONS]
    report("... with what can be done with it", {check, save, say("Close")} <= set(names), names)
    report("... which the keyboard reaches", reach(screen, check), screen.words())
    screen.type("", "space")
    answer(screen, PIN, "1234")
    screen.shows("it is checked", say("the card has the key of this certificate"), say(NOT_CHECKED))
    screen.type("", "Escape")
    screen.rests()
    screen.press(say.button("Show the certificate", SIGN))
    answer(screen, PASSWORD, "ABC123")
    screen.shows("the other one is shown", fingerprint)
    report("... the other button is reached too", reach(screen, save), screen.words())
    screen.type("", "space")
    screen.choose(copy, "certificate.pem", None)
    answer(screen, PASSWORD, "ABC123")
    screen.shows("what the copy tells whoever gets it is said", say(HOLDS), say("The copy is in %s.", copy))
    report("... and it is there", os.path.exists(copy))
    screen.type("", "Escape")
    screen.rests()
    report("told to end, it ends well (%s)" % language, screen.end() == 0)


for one in LANGUAGES:
    in_language(one)
finish()
