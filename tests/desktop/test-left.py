# SPDX-License-Identifier: BSD-2-Clause
"""What waits its turn when all is left, and tries that another program spends while the PIN is typed."""

from screen import Screen, finish, report

CHECK = "Check validity: user authentication certificate"
NOW = "4-digit PIN for user authentication"
LONG = "20000"  # ms for each exchange: a look takes minutes

screen = Screen("C.UTF-8", arguments=(__file__,))
screen.until(screen.tabs)
screen.type("", "ctrl+1")
screen.shows("the card is shown", "3 of 3 tries left")
screen.card("set", "adult", "delay-exchange", LONG)
screen.press("Look again")
screen.shows("a look takes long", "Looking at the readers ...")
screen.press(CHECK, at_once=True)
screen.shows("... and another thing waits behind it", "Waiting for the card ...")
screen.press("Leave", at_once=True)
screen.card("set", "adult", "delay-exchange", "0")
report("left, it does not begin later either", screen.rests(), screen.words())
screen.card("set", "adult", "delay-exchange", LONG)
screen.type("", "ctrl+3")
screen.press("Look again")
screen.press("Verify the signature", at_once=True)
screen.until(lambda: not screen.is_usable(screen.find("Verify the signature")))
screen.shows("what needs no card waits for that look too", "Looking at the readers ...")
screen.press("Leave", at_once=True)
screen.shows("... which is left", "Leaving ...")
screen.card("set", "adult", "delay-exchange", "0")
screen.rests()
screen.type("", "ctrl+1")

# ---- tries that another program spends meanwhile ----
screen.press(CHECK)
screen.shows("the PIN is asked, with its tries", NOW, "3 of 3 tries left")
report("... and it is what the window waits for", "Waiting for the PIN ..." in screen.read_out(), screen.read_out())
screen.card("tries", "adult", "auth", "2")
screen.type("1234", "Return")
screen.shows("fewer by now: it is not sent", "another program has spent tries of the PIN meanwhile: nothing was sent")
report("... and the card has them all the same", '"tries": 2' in screen.card("status", "--json"), screen.card("status", "--json"))
screen.press("Try again")
screen.shows("tried again, they are those that are left", NOW, "2 of 3 tries left")
screen.type("1234", "Return")
screen.shows("... and the right one is taken", "the card has the key of this certificate")
screen.type("", "Escape")
screen.rests()
report("told to end, it ends well", screen.end() == 0)

# ---- the first look ----
screen = Screen("C.UTF-8", options=("--switch", "delay-exchange=" + LONG))
screen.shows("at first nothing is known", "Looking at the readers ...")
screen.press("Leave", at_once=True)
screen.card("set", "adult", "delay-exchange", "0")
screen.shows("the first look left, that is said", 'The readers were not looked at: "Look again" does it.')
screen.press("Look again")
screen.shows("... and looked again, the card is shown", "3 of 3 tries left")
report("told to end, it ends well", screen.end() == 0)
finish()
