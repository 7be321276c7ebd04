# SPDX-License-Identifier: BSD-2-Clause
"""The card taken out, and another one put in, while each task asks for its PIN."""

import os

from screen import Screen, finish, report, work

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
NOW = "4-digit PIN for user authentication"
PASSWORD = "password for digital signature (6 to 16 characters)"
ALL = ("3 of 3 tries left", "5 of 5 tries left")
document = work + "/swap.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")

# page, button, what is asked for, and the right answer
TASKS = (
    ("ctrl+1", "Check validity: " + AUTH, NOW, "1234"),
    ("ctrl+1", "Check validity: " + SIGN, PASSWORD, "ABC123"),
    ("ctrl+1", "Show the certificate: " + SIGN, PASSWORD, "ABC123"),
    ("ctrl+2", "Change: " + AUTH, NOW, "1234"),
    ("ctrl+2", "Change: " + SIGN, PASSWORD, "ABC123"),
    ("ctrl+3", "Sign with the password", PASSWORD, "ABC123"),
)


def answer(screen, question, typed):
    """To one dialog; false where there is none."""
    if not screen.until(lambda: screen.find(question) and screen.find("Continue"), 20):
        return False
    screen.type(typed)
    screen.until(lambda: "%d characters typed" % len(typed) in screen.words())
    screen.type("", "Return")
    return True


def ask_and_swap(screen, page, button, question, typed, *orders):
    """The words of the window after the card was moved so while a PIN was asked for."""
    screen.type("", page)
    screen.press(button)
    screen.until(lambda: screen.find(question) and screen.find("Continue"))
    for order in orders:
        screen.card(*order)
    answer(screen, question, typed)
    if button.startswith("Change"):  # the new one is asked for before a card is
        new = "New 4-digit PIN for user authentication" if question == NOW else "New " + question
        again = "5678" if question == NOW else "NEW456"
        _ = answer(screen, new, again) and answer(screen, "The same once more", again)
    screen.until(lambda: screen.find("Close") and not screen.find("Continue"))
    words = screen.words()
    screen.type("", "Escape")
    return words


screen = Screen("C.UTF-8", arguments=(document,))
screen.shows("the card is shown", *ALL)
for page, button, question, typed in TASKS:
    words = ask_and_swap(screen, page, button, question, typed, ("remove",))
    report("\"%s\": a card taken out is a sentence" % button, "the card was taken away" in words, words)
    screen.card("insert", "adult")
    screen.shows("... and put back, it has all its tries", *ALL)

for page, button, question, typed in TASKS:
    words = ask_and_swap(screen, page, button, question, typed, ("swap", "near-expiry"))
    report("\"%s\": another card put in gets no PIN" % button, "card" in words and "was changed." not in words, words)
    screen.shows("... it has all its tries", "20 days left", *ALL)
    screen.card("swap", "adult")
    screen.gone("... and the first is back", "20 days left")
report("nothing was signed", not os.path.exists(document + ".p7s"))
report("told to end, it ends well", screen.end() == 0)
finish()
