# SPDX-License-Identifier: BSD-2-Clause
"""A card that answers late: the window shows that it waits, and the wait can be left."""

from screen import Screen, finish, report

NOW = "4-digit PIN for user authentication"
SLOW = "3000"  # ms for each exchange
SLOWER = "10000"

screen = Screen("C.UTF-8")
screen.shows("the card is shown", "3 of 3 tries left")
screen.press("Check validity: user authentication certificate")
screen.shows("the PIN is asked", NOW)
screen.card("set", "adult", "delay-exchange", SLOW)
screen.type("1234")
screen.shows("typed", "4 characters typed")
screen.type("", "Return")
screen.shows("the window says what it waits for", "The card is checking the PIN ...")
screen.press("Leave", at_once=True)
screen.card("set", "adult", "delay-exchange", "0")
good = screen.until(lambda: screen.is_usable(screen.find("Check validity: user authentication certificate")))
report("left, the next thing can be done", good, screen.words())
screen.press("Check validity: user authentication certificate")
screen.shows("... with all tries", NOW, "3 of 3 tries left")
screen.type("1234")
screen.shows("typed again", "4 characters typed")
screen.type("", "Return")
screen.shows("... and the right PIN is taken", "the card has the key of this certificate")
screen.type("", "Escape")
screen.rests()

# ---- a change that is left ----
change = "Change: user authentication certificate"
screen.type("", "ctrl+2")
screen.card("set", "adult", "delay-exchange", SLOW)
screen.press(change)
screen.press("Leave", at_once=True)
screen.card("set", "adult", "delay-exchange", "0")
report("left before a PIN was asked, it says nothing", screen.rests(), screen.words())
screen.press(change)
for question, typed in ((NOW, "1234"), ("New " + NOW, "5678")):
    screen.until(lambda q=question: screen.asks(q))
    screen.type(typed)
    screen.type("", "Return")
screen.until(lambda: screen.asks("The same once more"))
screen.card("set", "adult", "delay-exchange", SLOWER)
screen.type("5678")
screen.type("", "Return")
screen.shows("the window says that the PIN is being changed", "The card is changing the PIN ...")
screen.press("Leave", at_once=True)
screen.card("set", "adult", "delay-exchange", "0")
screen.shows("left, it says whether it was changed, or that it is not certain", "PIN", "was changed", "Close")
screen.type("", "Escape")
screen.rests()
screen.type("", "ctrl+1")
screen.card("set", "adult", "delay-exchange", SLOW)
screen.type("", "ctrl+4")
screen.press("Look for the cause")
screen.shows("where the cause is looked for, that is said", "Looking for the cause ...")
screen.card("set", "adult", "delay-exchange", "0")
screen.until(screen.answers)
screen.type("", "Escape")
screen.rests()
screen.card("set", "adult", "delay-exchange", SLOW)
screen.type("", "ctrl+1")
screen.press("Check validity: user authentication certificate")
report("told to end in a wait, it ends", screen.end() in (0, 143))
finish()
