# SPDX-License-Identifier: BSD-2-Clause
"""The window has words of its own for the tool's commands and options, and none for what a file is called."""

import os

from screen import Screen, finish, report, work

PASSWORD = "password for digital signature (6 to 16 characters)"
document = work + "/jpki-tool status --force --content.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")
signature = document + ".p7s"

screen = Screen("C.UTF-8", arguments=(document,))


def sign():
    screen.press("Sign with the password")
    screen.until(lambda: screen.asks(PASSWORD) or screen.answers())
    if screen.asks(PASSWORD):
        screen.type("ABC123")
        screen.type("", "Return")


def closed():
    screen.type("", "Escape")
    screen.rests()


screen.shows("a file is called as it is", document)
sign()
screen.shows("... where its signature is", "The signature is in %s." % signature)
report("... which is there", os.path.exists(signature))
closed()
sign()
screen.shows("... which is there already, and what to do then", signature + " is there already; the switch \"Overwrite")
closed()
os.remove(document)
screen.press("Verify the signature")
screen.shows("... and where it is missed", document, "Close")
closed()
report("told to end, it ends well", screen.end() == 0)
finish()
