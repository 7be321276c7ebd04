# SPDX-License-Identifier: BSD-2-Clause
"""Phones, and cards with one certificate or none: each task from start to end, or why there is none."""

import os

from screen import BUTTONS, Screen, finish, name_of, report, role_of, work

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
NOW = "4-digit PIN for user authentication"
PASSWORD = "password for digital signature (6 to 16 characters)"
NONE = "the card was issued without this certificate"
KINDS = (  # what the window says of it, whether its log-in certificate needs the PIN, and whether it signs
    ("phone", "Android phone with certificates", True, True),
    ("iphone", "iPhone with certificates", False, True),
    ("child", NONE, False, False),
)

document = work + "/kinds.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")
screen = Screen("C.UTF-8", cards=(), arguments=(document,), options=("--empty",))


def buttons():
    """Of the page that is shown, those that are about a certificate."""
    return [name_of(node) for node in screen.nodes() if role_of(node) in BUTTONS and ": " in name_of(node)]


def done(promise, button, questions, *words):
    """What the button asks for is typed, and its answer has these words."""
    screen.press(button)
    for question, typed in questions:
        if not screen.until(lambda q=question: screen.asks(q)):
            report(promise, False, screen.words())
            return
        screen.type(typed)
        screen.type("", "Return")
    good = screen.until(lambda: screen.answers() and all(word in "\n".join(screen.answers()) for word in words))
    report(promise, good, screen.words())
    screen.type("", "Escape")
    screen.rests()


def page(number):
    screen.rests()
    screen.type("", "ctrl+%d" % number)


def change(question, old, new):
    return (question, old), ("New " + question, new), ("The same once more", new)


screen.until(screen.tabs)
for kind, said, needs_pin, signs in KINDS:
    page(1)
    screen.card("swap", kind)
    screen.shows("%s: shown for what it is" % kind, said, "3 of 3 tries left")
    pin, password = ((NOW, "1234"),), ((PASSWORD, "ABC123"),)
    done("... its log-in certificate", "Show the certificate: " + AUTH, pin if needs_pin else (), "SHA-256")
    done("... is checked", "Check validity: " + AUTH, pin, "the card has the key of this certificate", "NOT CHECKED")
    if signs:
        done("... its signing certificate", "Show the certificate: " + SIGN, password, "Address", "SHA-256")
        done("... is checked", "Check validity: " + SIGN, password, "the card has the key of this certificate")
    else:
        report("... nothing is offered of the other", not any(SIGN in name for name in buttons()), buttons())
    page(2)
    done("... its PIN is changed", "Change: " + AUTH, change(NOW, "1234", "5678"), "was changed.")
    if signs:
        done("... its password too", "Change: " + SIGN, change(PASSWORD, "ABC123", "NEW456"), "was changed.")
    else:
        report("... the other cannot be", "Change: " + SIGN not in buttons(), buttons())
    page(3)
    if signs:
        done("... it signs", "Sign with the password", ((PASSWORD, "NEW456"),), "The signature is in ")
        done("... which is verified", "Verify the signature", (), "it fits: not a bit has changed")
        os.remove(document + ".p7s")
    else:
        done("... why it does not sign", "Sign with the password", (), NONE)
        report("... and no signature is there", not os.path.exists(document + ".p7s"))

page(1)
screen.card("swap", "opted-out")
screen.gone("a card without both has no tries", "tries left")
screen.shows("... and says so", NONE)
offered = [name for name in buttons() if AUTH in name or SIGN in name]
report("... nothing is offered", not offered, offered)
page(2)
screen.until(lambda: ("Change a PIN", True) in screen.tabs())
report("... nor a PIN of it", not any(name.startswith("Change: ") for name in buttons()), buttons())
report("told to end, it ends well", screen.end() == 0)
finish()
