# SPDX-License-Identifier: BSD-2-Clause
"""The card taken out, and another one put in, at each step of each task."""

import os

from screen import Screen, finish, last_day, report, work

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
NOW = "4-digit PIN for user authentication"
PASSWORD = "password for digital signature (6 to 16 characters)"
NEAR = " to %s" % last_day("near-expiry")  # which no other card has
ANOTHER = "this is not the card that was shown, but another one: no PIN was sent to it"
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


# what a change asks for after that, and what is typed
FURTHER = {
    NOW: (("New 4-digit PIN for user authentication", "5678"), ("The same once more", "5678")),
    PASSWORD: (("New " + PASSWORD, "NEW456"), ("The same once more", "NEW456")),
}


def questions(button, question, typed):
    return ((question, typed),) + (FURTHER[question] if button.startswith("Change") else ())


def answer(question, typed):
    """To one dialog, if there is no answer in its place."""
    screen.until(lambda: screen.asks(question) or screen.answers())
    if not screen.asks(question):
        return False
    screen.type(typed)
    screen.type("", "Return")
    return True


def told():
    """The words of the answer, which is closed."""
    words = "\n".join(screen.until(screen.answers) or ["no answer"])
    screen.type("", "Escape")
    return words


def move_and_answer(page, button, all_questions, step, *order):
    """What is said where the card is moved while the question with that number is open."""
    screen.type("", page)
    screen.press(button)
    for number, (question, typed) in enumerate(all_questions):
        if number == step:
            if not screen.until(lambda q=question: screen.asks(q)):
                report("\"%s\" asks for \"%s\"" % (button, question), False, screen.words())
            screen.card(*order)
        if not answer(question, typed):
            break
    return told()


def back(promise, *words):
    """All of the first card's tries, or those words of another's."""
    screen.rests()
    screen.type("", "ctrl+1")
    screen.shows(promise, *(words or ALL))


def first_again():
    screen.card("swap", "adult")
    screen.type("", "ctrl+1")
    good = screen.until(lambda: all(word in screen.words() for word in ALL) and NEAR not in screen.words())
    report("... and the first is back", good, screen.words())


# ---- while a question is open ----
screen = Screen("C.UTF-8", arguments=(document,))
back("the card is shown")
for page, button, question, typed in TASKS:
    asks = questions(button, question, typed)
    for step in range(len(asks)):
        name = '"%s", question %d: ' % (button, step + 1)
        words = move_and_answer(page, button, asks, step, "remove")
        report(name + "a card taken out is a sentence", "the card was taken away" in words, words)
        screen.card("insert", "adult")
        back("... and put back, it has all its tries")
        words = move_and_answer(page, button, asks, step, "swap", "near-expiry")
        report(name + "another card put in gets no PIN", "the card was taken away" in words, words)
        back("... it has all its tries", NEAR, *ALL)
        first_again()

# ---- while the card works ----
def move_at_work(page, button, all_questions, *order):
    """What is said where the card is moved after the last answer, with the PIN on its way or on the card."""
    screen.type("", page)
    screen.press(button)
    *first, last = all_questions
    for one in first:
        answer(*one)
    screen.until(lambda: screen.asks(last[0]))
    screen.card("set", "adult", "delay-exchange", "3000")
    answer(*last)
    screen.until(lambda: screen.windows() == 1 and screen.is_waiting())
    screen.card(*order)
    screen.card("set", "adult", "delay-exchange", "0")
    return told()


for page, button, question, typed in TASKS:
    asks = questions(button, question, typed)
    words = move_at_work(page, button, asks, "remove")
    report('"%s": a card taken out at work is a sentence' % button, "the card was taken away" in words, words)
    screen.card("insert", "adult")
    back("... and put back, it has all its tries")
    words = move_at_work(page, button, asks, "swap", "near-expiry")
    report("... another one put in at work is that sentence too", "the card was taken away" in words, words)
    back("... and it has all its tries", NEAR, *ALL)
    first_again()

# ---- while an answer is shown ----
screen.press("Check validity: " + AUTH)
answer(NOW, "1234")
screen.until(screen.answers)
screen.card("remove")
report("a card taken out leaves its answer there", "the card has the key of this certificate" in told())
screen.shows("... which is closed over an empty reader", "no card in the reader")
screen.card("insert", "adult")
back("... and put back, it has all its tries")


def another(promise):
    """No question is open, and it is said that the card is not the one that was shown."""
    words = screen.until(lambda: {ANOTHER, "Continue"} & set(names := screen.dialog()) and names) or []
    report(promise, ANOTHER in words, "\n".join(words))
    screen.type("", "Escape")
    back("... it has all its tries", NEAR, *ALL)


def wrong(page, button, all_questions):
    """Up to the answer that a try is lost."""
    (question, right), *further = all_questions
    screen.type("", page)
    screen.press(button)
    for one in ((question, right[::-1]), *further):
        answer(*one)
    screen.shows("%s: a wrong PIN costs a try" % button, "the PIN was wrong: ")


for page, button, question, typed in TASKS:
    wrong(page, button, questions(button, question, typed))
    screen.card("swap", "near-expiry")
    screen.press("Try again")
    another("... tried again, no PIN of another card is asked for")
    screen.card("swap", "adult")
    back("... and the first has what it had", "2 of 3 tries left" if question == NOW else "4 of 5 tries left")
    screen.card("tries", "adult", "auth", "3")
    screen.card("tries", "adult", "sign", "5")
    screen.press("Look again")
    first_again()

# ---- at a last try ----
screen.card("tries", "adult", "auth", "1")
screen.press("Look again")
back("a last try is told", "1 of 3 tries left")
screen.press("Check validity: " + AUTH)
screen.until(lambda: screen.asks(NOW))
screen.card("swap", "near-expiry")
screen.type("1234")
screen.type("", "shift+Tab", "space")
screen.until(lambda: screen.is_usable(screen.find("Continue")))
screen.press("Continue")
words = told()
report("a last try that was agreed to is for that card", "key of this certificate" not in words, words)
back("... another one has all its tries", NEAR, *ALL)
screen.card("swap", "adult")
back("... and the first its last", "1 of 3 tries left")

# ---- with no card at all ----
screen.card("remove")
back("the reader is empty", "no card in the reader")
screen.type("", "ctrl+3")
screen.press("Sign with the password")
words = told()
report("signed without a card, there is a sentence", "card" in words and "Close" in words, words)
report("nothing was signed", not os.path.exists(document + ".p7s"))
report("told to end, it ends well", screen.end() == 0)
finish()
