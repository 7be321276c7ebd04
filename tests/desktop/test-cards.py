# SPDX-License-Identifier: BSD-2-Clause
"""Every kind of card, in both languages, one after another in one reader while the window is open; and two readers."""

from catalogue import LANGUAGES
from screen import Screen, finish, report

TRIES = "%d of %d tries left"
DAYS = ("%s to %s, %lld day left", "%s to %s, %lld days left")
NONE = ("the card was issued without this certificate; the municipal office can add it",)
LOCKED = ('locked; it has to be set anew, often at a convenience store (see "jpki-tool help locked")',)
CARDS = (  # what is said of it, and the place in the window that is pointed at
    ("adult", DAYS, None),
    ("child", NONE, None),
    ("opted-out", NONE, None),
    ("phone", ("Android phone with certificates",), None),
    ("phone", ('its dates need the PIN: "jpki-tool status --pin"',), "Show the certificate"),
    ("iphone", ("iPhone with certificates",), None),
    ("juki", ("an old Juki card: its certificates have all expired",), None),
    ("foreign", ("this is not a My Number card",), None),
    ("locked-auth", LOCKED, "A PIN is locked"),
    ("expired", ('ended on %s (see "jpki-tool help expired")',), "A certificate has ended or ends soon"),
    ("near-expiry", ("possible since %s, at the municipal office",), None),
    ("cert-random-bytes", ("the card holds something that this software does not know as a certificate",), None),
)


def each_alone(language):
    screen = Screen(language, cards=(), options=("--empty",))
    say = screen.say
    screen.shows("an empty reader is told (%s)" % language, say("no card in the reader"))
    for card, message, place in CARDS:
        screen.card("swap", card)
        words = say.around(*message) + ([say.quoted(place)] if place else [])
        screen.shows("%s is shown for what it is" % card, *words)
        if card == "adult":
            screen.shows("... with its tries", say(TRIES, 3, 3), say(TRIES, 5, 5))
    screen.card("remove")
    screen.shows("taken out, the reader is empty", say("no card in the reader"))
    report("told to end, it ends well", screen.end() == 0)


def two_at_once(language):
    screen = Screen(language, cards=("adult", "locked-both"))
    say = screen.say
    screen.shows("of two cards both are shown (%s)" % language, say(TRIES, 3, 3), *say.around(*LOCKED))
    readers = [word for word in screen.words().splitlines() if word.startswith(say("Reader") + ": ")]
    report("... each with its reader", len(readers) == 2, readers)
    report("told to end with two, it ends well", screen.end() == 0)


for one in LANGUAGES:
    each_alone(one)
    two_at_once(one)
finish()
