# SPDX-License-Identifier: BSD-2-Clause
"""A systemd that does not answer: reminders that were left meanwhile are off, and stay so."""

import os

from screen import Screen, finish, report, take_place_of, work

told, held = work + "/told", work + "/held"
dates = os.environ["HOME"] + "/.local/share/jpki-pkcs11/dates"
# It answers once somebody opens the pipe.
take_place_of(
    "systemctl",
    'echo "$*" >>"%s"\n: <"%s"\necho "Failed to connect to bus"\necho refused >>"%s"\nexit 1\n' % (told, held, told),
)
os.mkfifo(held)


def was_told(word):
    try:
        with open(told, encoding="utf-8") as file:
            return word in file.read()
    except FileNotFoundError:
        return False


def are_off():
    return not os.path.exists(dates) and screen.find("Switch on") and not screen.find("Switch off")


screen = Screen("C.UTF-8")
screen.shows("the card is shown", "3 of 3 tries left")
screen.type("", "ctrl+4")
screen.press("Switch on")
screen.shows("a system that does not answer is waited for", "Waiting for the system ...", "Leave")
screen.until(lambda: was_told("--user enable"))
screen.press("Leave", at_once=True)
report("... which can be left", screen.rests(), screen.words())
report("... and the reminders are off", screen.until(are_off), screen.words())
with open(held, "w", encoding="utf-8"):
    pass
good = screen.until(lambda: was_told("refused"))
screen.press("Look again")
report("... also once it says that it cannot", good and screen.rests() and screen.until(are_off), screen.words())
report("told to end, it ends well", screen.end() == 0)
finish()
