# SPDX-License-Identifier: BSD-2-Clause
"""Two cards in two readers: each is told from the other, and what is done is done with the one that was meant."""

import os

from screen import BUTTONS, Screen, finish, last_day, name_of, report, role_of, work

document = work + "/several.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")

near = last_day("near-expiry")
screen = Screen("C.UTF-8", cards=("adult", "near-expiry"), arguments=(document,))
screen.until(screen.tabs)
screen.type("", "ctrl+1")
screen.shows("of two cards both are shown", " to %s" % near, "3 of 3 tries left")
readers = [word.split(": ", 1)[1].split(",")[0] for word in screen.words().splitlines() if word.startswith("Reader: ")]
report("... each with its reader", len(set(readers)) == 2, readers)


def buttons():
    """Of the page that is shown: some versions of GTK have it more than once in the tree."""
    names, seen = [], set()
    for node in screen.nodes():
        if role_of(node) in BUTTONS and ": " in name_of(node) and node not in seen:
            names.append(name_of(node))
        seen.add(node)
    return names


names = buttons()
report("no two buttons have one name", len(names) == len(set(names)) and len(names) > 10, "\n".join(names))
first, second = readers

screen.press("Check validity: user authentication certificate, " + second)
screen.shows("the dialog says which card it asks for", second + ", card ", "3 of 3 tries left")
screen.type("1234")
screen.until(lambda: "4 characters typed" in screen.words())
screen.type("", "Return")
screen.shows("... and the answer too", "user authentication certificate, " + second, "the card has the key")
screen.type("", "Escape")
screen.gone("closed", "the card has the key")

screen.card("tries", "adult", "auth", "2")
screen.type("", "ctrl+2")
screen.press("Look again")
screen.shows("the tries of the first alone have changed", "2 of 3 tries left", "3 of 3 tries left")
screen.press("Change: user authentication certificate, " + first)
screen.shows("the one that is changed is the first", first + ", card ", "2 of 3 tries left")
screen.press("Cancel")
screen.gone("left", "Continue")

screen.type("", "ctrl+3")
one = [name for name in sorted(set(buttons())) if name.startswith("Sign with the password: " + second)]
report("a file is signed with one or the other", len(one) == 1, "\n".join(buttons()))
screen.press(one[0] if one else "?")
screen.shows("... which the dialog says", second + ", card ")
screen.type("ABC123")
screen.until(lambda: "6 characters typed" in screen.words())
screen.type("", "Return")
screen.shows("... and the signature is there", "The signature is in %s.p7s." % document)
report("... in its file", os.path.exists(document + ".p7s"))
screen.type("", "Escape")

# ---- the second goes, and comes back ----
screen.type("", "ctrl+1")
screen.card("unplug", second)
good = screen.until(lambda: "Check validity: user authentication certificate" in buttons())
report("the second unplugged, the first needs no reader in its names", good, "\n".join(buttons()))
good = not any(second in name for name in buttons() if name.startswith("Check"))
report("... and the second is shown no more", good, "\n".join(buttons()))
screen.card("plug", second)
screen.shows("plugged in again, it is shown again", "Check validity: user authentication certificate, " + second)

report("told to end, it ends well", screen.end() == 0)

# ---- before the first look has ended ----
os.remove(document + ".p7s")
screen = Screen(
    "C.UTF-8",
    cards=("adult", "near-expiry"),
    arguments=(document,),
    options=("--switch", "delay-exchange=10000"),  # ms: it takes minutes
)
screen.press("Sign with the password", at_once=True)
for card in ("adult", "near-expiry"):
    screen.card("set", card, "delay-exchange", "0")
screen.shows("signing before a card was seen asks which one", "there are several cards: each has a button of its own")
report("... and names no option", "--" not in screen.words(), screen.words())
screen.type("", "Escape")
screen.rests()
screen.shows("... which has a button by then", "Sign with the password: " + first)
report("told to end, it ends well", screen.end() == 0)
finish()
