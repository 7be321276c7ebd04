# SPDX-License-Identifier: BSD-2-Clause
"""Every kind of card, one after another in one reader while the window is open; and two readers."""

from screen import Screen, finish, report

CARDS = (
    ("adult", "3 of 3 tries left", "5 of 5 tries left", "days left"),
    ("child", "the card was issued without this certificate"),
    ("opted-out", "the card was issued without this certificate"),
    ("phone", "Android phone with certificates", "its dates need the PIN"),
    ("iphone", "iPhone with certificates"),
    ("juki", "an old Juki card"),
    ("foreign", "this is not a My Number card"),
    ("locked-auth", "locked; it has to be set anew", '"A PIN is locked"'),
    ("expired", "ended on ", '"A certificate has ended or ends soon"'),
    ("near-expiry", "possible since "),
    ("cert-random-bytes", "something that this software does not know as a certificate"),
)

screen = Screen("C.UTF-8", cards=(), options=("--empty",))
screen.shows("an empty reader is told", "no card in the reader")
for card, *words in CARDS:
    screen.card("swap", card)
    screen.shows("%s is shown for what it is" % card, *words)

screen.card("remove")
screen.shows("taken out, the reader is empty", "no card in the reader")
report("told to end, it ends well", screen.end() == 0)

screen = Screen("C.UTF-8", cards=("adult", "locked-both"))
screen.shows("of two cards both are shown", "3 of 3 tries left", "locked; it has to be set anew")
readers = [word for word in screen.words().splitlines() if word.startswith("Reader: ")]
report("... each with its reader", len(readers) == 2, readers)
report("told to end with two, it ends well", screen.end() == 0)
finish()
