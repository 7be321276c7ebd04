# SPDX-License-Identifier: BSD-2-Clause
"""What is left between two steps: a question that is about to come does not, and what was written is told."""

import os

from screen import Screen, finish, report, under, work

CHECK = "Check validity: user authentication certificate"

goes_on, saved = work + "/late", work + "/saved.pem"
os.mkfifo(goes_on)
under("late", "LATE=" + goes_on, "SAVED=" + saved)
screen = Screen("C.UTF-8")


def leave():
    """What is between two steps, which goes on after that."""
    screen.press("Leave", at_once=True)
    screen.shows("... and all is left", "Leaving ...")
    with open(goes_on, "w", encoding="utf-8"):
        pass


screen.shows("the card is shown", "3 of 3 tries left")
screen.press(CHECK)
screen.shows("the PIN is about to be asked", "Waiting for the PIN ...")
leave()
report("... so the question does not come after that", screen.rests(), screen.words())
screen.press("Save a copy: user authentication certificate")
screen.choose(saved, "certificate.pem", "Save")
report("a copy is written", screen.until(lambda: os.path.exists(saved)), screen.words())
leave()
screen.shows("... which is told all the same", "The copy is in %s." % saved)
screen.type("", "Escape")
screen.rests()
report("told to end, it ends well", screen.end() == 0)
finish()
