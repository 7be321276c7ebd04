# SPDX-License-Identifier: BSD-2-Clause
"""What is shown of a card goes when another one takes its place; name and address also when none does."""

import os
import time

from screen import Screen, finish, last_day, report

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
PASSWORD = "password for digital signature (6 to 16 characters)"
HIDDEN = "The card is not in its reader any more: what was shown of it is hidden."
MINUTES = "This is hidden again after a minute."
MINUTE = 60  # seconds
copy = os.environ["HOME"] + "/certificate.pem"

NEAR = " to %s" % last_day("near-expiry")  # which no other card has
screen = Screen("C.UTF-8")


def after(names, *labels):
    """What stands after these."""
    return [names[-names[::-1].index(label)] for label in labels if label in names]


def show_personal():
    """What is on the screen of name and address, and until when it would be there at the least."""
    screen.press("Show the certificate: " + SIGN)
    screen.until(lambda: screen.asks(PASSWORD))
    screen.type("ABC123")
    until = time.monotonic() + MINUTE
    screen.type("", "Return")
    names = screen.until(lambda: MINUTES in (names := screen.dialog()) and list(filter(None, names))) or []
    return after(names, "Name", "Address"), until


def hides(promise, *order):
    """At once, and not by the minute: where reading the screen may have taken that, it is tried again."""
    for _ in range(3):
        personal, until = show_personal()
        screen.card(*order)
        is_said = screen.until(lambda: (HIDDEN in screen.dialog() and "said") or (screen.windows() == 1 and "gone"))
        if is_said == "said" or time.monotonic() < until:
            break
        first_again()
    told(promise, personal)


def told(promise, words):
    screen.shows(promise, HIDDEN)
    said = screen.read_out()
    report("... nothing of it can be read out", len(words) > 0 and not any(word in said for word in words), words)
    screen.type("", "Escape")
    screen.rests()


def first_again():
    screen.card("swap", "adult")
    screen.until(lambda: "5 of 5 tries left" in screen.words() and NEAR not in screen.words())


hides("its card taken out, name and address are hidden", "remove")
first_again()
hides("another card in its place, they are hidden", "swap", "near-expiry")
first_again()
hides("a foreign one in its place, they are hidden", "swap", "foreign")
first_again()

# ---- what anybody may read ----
screen.press("Show the certificate: " + AUTH)
screen.shows("the log-in certificate is shown", "SHA-256 fingerprint")
screen.card("remove")
screen.until(lambda: "no card in the reader" in screen.read_out())
screen.shows("its card taken out, it stays", "SHA-256 fingerprint")
fingerprint = after(screen.words().splitlines(), "SHA-256 fingerprint")
screen.card("insert", "near-expiry")
told("another card in its place, it is hidden", fingerprint)
first_again()

# ---- a copy is of the card that was meant ----
def saves_nothing(promise):
    """Where the other card is put in while it is chosen where the copy goes."""
    screen.until(lambda: screen.path_entry("certificate.pem"))
    screen.card("swap", "near-expiry")
    screen.until(lambda: NEAR in screen.read_out())
    screen.choose(copy, "certificate.pem", "Save")
    screen.shows(promise, "this is not the card that was shown, but another one", "Close")
    report("... nothing at all", not os.path.exists(copy))
    screen.type("", "Escape")
    screen.rests()


screen.press("Save a copy: " + AUTH)
saves_nothing("another card in its place, nothing is saved of it")
first_again()
screen.press("Show the certificate: " + AUTH)
screen.until(lambda: "SHA-256 fingerprint" in screen.words())
screen.card("remove")
screen.until(lambda: "no card in the reader" in screen.read_out())
screen.press("Save a copy")
saves_nothing("... nor where its certificate was shown when it was taken out")
report("told to end, it ends well", screen.end() == 0)
finish()
