# SPDX-License-Identifier: BSD-2-Clause
"""Each task from start to end, in both languages, with wrong PINs, last tries, and the card taken away in between."""

import os
import re
import subprocess

from catalogue import LANGUAGES
from screen import BUTTONS, PATIENCE, Atspi, Screen, build, finish, name_of, report, role_of, work

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"
NOW = "4-digit PIN for user authentication"
NEW = "New 4-digit PIN for user authentication"
AGAIN = "The same once more"
PASSWORD = "password for digital signature (6 to 16 characters)"
DAYS = ("%s to %s, %lld day left", "%s to %s, %lld days left")
NOT_CHECKED = (
    "NOT CHECKED: by law only the official service and approved verifiers may ask whether a certificate was revoked. "
)
DISCLOSES = (
    "The signature carries your certificate. Everybody who receives it can read your name, address, birth date and sex "
    "in it."
)
ALONE = "Sign with the password"
LOCKS = (  # a key, what is asked for, what is wrong, its tries, and what needs it: the first locks it
    ("auth", AUTH, NOW, "4321", 3, (("ctrl+1", "Check validity"), ("ctrl+2", "Change"))),
    (
        "sign",
        SIGN,
        PASSWORD,
        "CBA321",
        5,
        (("ctrl+1", "Show the certificate"), ("ctrl+1", "Check validity"), ("ctrl+2", "Change"), ("ctrl+3", ALONE)),
    ),
)
TOPICS = (  # of help, with a sentence of each
    (
        "A PIN is locked",
        "Bring the My Number card and another identity document, such as a driving licence or passport.",
    ),
    (
        "You do not remember a PIN",
        'If you cannot remember it, it has to be set anew just like a locked one: see "jpki-tool help locked".',
    ),
    (
        "A certificate has ended or ends soon",
        "Bring the My Number card; you will be asked for its PINs. A letter reminds you before the end.",
    ),
    (
        "You move house, or your name changes",
        "The user authentication certificate holds none of these and goes on.",
    ),
    (
        "The card is lost or stolen",
        "If it turns up again, the suspension is lifted at the municipal office.",
    ),
)
STEPS = 60  # more than the page of help has
MOMENT = 20  # seconds, until a key that moves nothing is known to
NO_SERVICE = 'the reader service pcscd is not running, or cannot be talked to: "jpki-tool doctor" says why'


def left(count, total):
    return say("%d of %d tries left", count, total)


def typed(count):
    return say.many("%d character typed", "%d characters typed", count)


def asked(*questions):
    """A dialog for each."""
    for question, answer in questions:
        if not screen.until(lambda q=question: screen.asks(say(q))):
            report("the dialog asks for \"%s\"" % say(question), False, screen.words())
            return
        screen.type(answer)
        screen.type("", "Return")


def closed(promise, *words):
    screen.type("", "Escape")
    screen.gone(promise, *words)


def at_a_glance():
    screen.shows("both keys are shown with their tries", left(3, 3), left(5, 5))
    screen.shows("... and dates", *say.around(*DAYS))
    screen.shows("... and that they are simulated", *say.around("%s, SIMULATED: for tests only"))
    screen.shows(
        "the signing certificate's dates need its button",
        *say.around('ends on %s at the latest; its own dates need the password: "jpki-tool status --pin"'),
        say.quoted("Show the certificate"),
    )
    named = [word for word in screen.words().splitlines() if "jpki-tool " in word and "not use it" not in word]
    report("no command of the tool's is named", not named, named)


def check_validity():
    """With a wrong PIN first."""
    screen.press(say.button("Check validity", AUTH))
    screen.shows("the dialog says which PIN, and how many tries are left", say(NOW), left(3, 3))
    screen.type("12")
    screen.shows("the shape is told while it is typed", typed(2), say("this PIN has exactly 4 digits"))
    report("... and cannot be sent", not screen.is_usable(screen.find(say("Continue"))))
    screen.type("99")
    focused = [node for node in screen.nodes() if screen.is_state(node, Atspi.StateType.FOCUSED)]
    report(
        "nor is a key spoken: what has the keyboard is for passwords",
        [role_of(node) for node in focused] == [Atspi.Role.PASSWORD_TEXT],
        [(role_of(node), name_of(node)) for node in focused],
    )
    report("what is typed is read out to nobody", "1299" not in screen.read_out(), screen.read_out())
    screen.type("", "Return")
    wrong = say.many("the PIN was wrong: %d try left", "the PIN was wrong: %d tries left", 2)
    screen.shows("a wrong PIN is told with the tries left", wrong)
    screen.press(say("Try again"))
    asked((NOW, "1234"))
    limits = say(NOT_CHECKED + "The official client software can tell you.")
    screen.shows("the answer has its limits in words", say("the card has the key of this certificate"), limits)
    closed("... and is closed with Escape", limits)
    screen.shows("the right PIN has brought the tries back", left(3, 3))


def first_button():
    """The one in a dialog's header, whose name is GTK's."""
    return next((name_of(node) for node in screen.nodes() if role_of(node) in BUTTONS), "")


def leave_a_dialog():
    """Each way, with a whole PIN that is wrong."""
    for way, leave in (
        ("Cancel", lambda: screen.press(say("Cancel"))),
        ("Escape", lambda: screen.type("", "Escape")),
        ("its header's Close", lambda: screen.press(first_button())),
    ):
        screen.press(say.button("Check validity", AUTH))
        screen.until(lambda: screen.asks(say(NOW)))
        screen.type("4321")
        screen.shows("the dialog is there again", typed(4))
        leave()
        screen.gone("left with %s, it is gone" % way, say(NOW))
        good = screen.rests()
        report("... and no PIN was sent", good and screen.tries("auth") == 3, screen.card("status"))


def look_at_certificates():
    """And at four attributes of the holder."""
    fingerprint = say("SHA-256 fingerprint")
    screen.press(say.button("Show the certificate", AUTH))
    screen.shows("the log-in certificate needs no PIN", fingerprint, say("%s, %d bits", "RSA", 2048))
    closed("it is closed", fingerprint)
    screen.press(say.button("Show the certificate", SIGN))
    asked((PASSWORD, "ABC123"))
    screen.shows("the signing certificate shows four attributes", *map(say, ("Name", "Address", "Birth date", "Sex")))
    screen.shows("... and says that they go", say("This is hidden again after a minute."))
    said = screen.words().splitlines()
    born = said[len(said) - said[::-1].index(say("Birth date"))]  # what follows its label
    report("... with a birth date", re.match("19[0-9]{2}-[0-9]{2}-[0-9]{2}", born) and say("Heisei") in born, said)
    closed("closed, they are gone", born)


def change_a_pin():
    changed = say("The PIN for user authentication was changed.")
    screen.type("", "ctrl+2")
    screen.shows(
        "the PINs are explained side by side",
        say("4 digits, 3 tries"),
        say("6 to 16 letters and digits, at least one of each, 5 tries"),
    )
    screen.press(say.button("Change", AUTH))
    asked((NOW, "1234"), (NEW, "9876"), (AGAIN, "9875"))
    screen.shows("two that differ are told", say("the two are not the same; once again, please"))
    asked((NEW, "9876"), (AGAIN, "9876"))
    screen.shows("the PIN is changed", changed)
    closed("the answer is closed", changed)


def agree():
    """To the last try."""
    screen.type("", "shift+Tab", "space")
    screen.until(lambda: screen.is_usable(screen.find(say("Continue"))))
    screen.press(say("Continue"))


def use_the_last_try():
    screen.card("tries", "adult", "auth", "1")
    screen.press(say("Look again"))
    screen.shows("a last try is told", say("%d of %d tries left: the next wrong one locks it", 1, 3))
    screen.press(say.button("Change", AUTH))
    screen.shows("... and has to be agreed to", say("Use the last try?"))
    screen.type("9876")
    screen.shows("... what is typed alone is not enough", typed(4))
    report("... nor can it be sent", not screen.is_usable(screen.find(say("Continue"))))
    agree()
    asked((NEW, "1234"), (AGAIN, "1234"))
    screen.shows("agreed to, it is", say("The PIN for user authentication was changed."))
    screen.type("", "Escape")
    screen.shows("the right PIN brings them back", left(3, 3))


def with_tries(key, count, *words):
    """The card gets so many, which is seen."""
    screen.card("tries", "adult", key, str(count))
    screen.type("", "ctrl+1")
    screen.press(say("Look again"))
    screen.shows("%d of %s left is shown" % (count, key), *words)


def begin(page, label, about):
    screen.type("", page)
    screen.press(say(label) if label == ALONE else say.button(label, about))


def tells(promise, message):
    """That message comes, and no question; help with it is pointed at, and another try is not offered."""
    names = screen.until(lambda: {say("Continue"), say("Close")} & set(seen := screen.dialog()) and seen) or []
    said = "\n".join(names)
    parts = (*say.around(message), say.quoted("A PIN is locked"))
    report(promise, say("Close") in names and all(part in said for part in parts), said)
    report("... and another try is not offered", names and say("Try again") not in names, said)
    screen.type("", "Escape")
    screen.rests()


def lock_it(key, about, question, wrong, total, tasks):
    """With a last try that is wrong; what needs that PIN then says so."""
    with_tries(key, 1, say("%d of %d tries left: the next wrong one locks it", 1, total))
    begin(*tasks[0], about)
    screen.shows("the last try is asked for", say(question), say("Use the last try?"))
    screen.type(wrong)
    agree()
    screen.gone("it is used", say("Continue"))
    tells("wrong, it locks, which is told", 'the PIN was wrong and is locked now: see "jpki-tool help locked"')
    report("... and is so", screen.tries(key) == 0, screen.card("status"))
    for page, label in tasks:
        begin(page, label, about)
        tells('locked, "%s" says so and asks for nothing' % label, 'the PIN is locked: see "jpki-tool help locked"')
    with_tries(key, total, left(total, total))


def take_the_card_away():
    screen.type("", "ctrl+2")
    screen.press(say.button("Change", AUTH))
    screen.shows("asked again", say(NOW))
    screen.card("remove")
    asked((NOW, "1234"), (NEW, "5678"), (AGAIN, "5678"))
    screen.shows("a card taken away is a sentence", say("the card was taken away"))
    screen.type("", "Escape")
    screen.type("", "ctrl+1")
    screen.shows("... and the reader is empty", say("no card in the reader"))
    screen.card("insert", "adult")
    screen.shows("put back, it is there again", left(3, 3), left(5, 5))
    screen.card("unplug")
    screen.shows("a reader that is unplugged is told", say("no card reader: plug it in"))
    screen.card("plug")
    screen.shows("... and one that is plugged in", left(3, 3))
    screen.card("service", "stop")
    screen.press(say("Look again"))
    screen.shows("a service that has stopped is told", *say.around(NO_SERVICE), say.quoted("It does not work"))
    screen.card("service", "start")
    screen.shows("... and one that is there again", left(3, 3))


def opened(path):
    """As a file manager does it, with the program that runs."""
    subprocess.run(
        [build + "/src/tool/jpki-desktop", path],
        env=dict(os.environ, LC_ALL=screen.language),
        check=False,
        timeout=PATIENCE,
    )


def letter():
    """What is to be signed."""
    document = "%s/letter-%s.txt" % (work, screen.language)
    with open(document, "w", encoding="utf-8") as file:
        file.write("a letter\n")
    opened(document)
    screen.shows("a file that is opened is the one to sign", document)
    return document


def lock_both():
    signature = letter() + ".p7s"
    for row in LOCKS:
        lock_it(*row)
    report("nothing was signed", not os.path.exists(signature))


def sign_and_verify():
    document = letter()
    signature = document + ".p7s"
    fits = say("it fits: not a bit has changed since it was signed")
    there = say("The signature is in %s.", signature)
    screen.shows("what a signature discloses is told before", say(DISCLOSES))
    screen.press(say("Sign with the password"))
    asked((PASSWORD, "ABC123"))
    screen.shows("signed, it says where the signature is", there)
    simulated = say("SIMULATED card: this signature is for tests and means nothing to anybody")
    screen.shows("... and that it is simulated", simulated)
    report("the signature is there", os.path.exists(signature))
    closed("the answer is closed", there)
    screen.press(say("Verify the signature"))
    screen.shows(
        "verified, it says who signed and what is not known",
        fits,
        say(NOT_CHECKED + "It is void as soon as name, address, birth date or sex change."),
        say("Address"),
    )
    closed("the answer is closed again", fits)
    screen.press(say("Sign with the password"))
    screen.shows(
        "a signature that is there is not overwritten",
        *say.around("%s is there already; --force overwrites it", values=(signature,)),
        say('the switch "Overwrite a file that is there already"'),
    )
    screen.type("", "Escape")
    with open(document, "a", encoding="utf-8") as file:
        file.write("and a line more\n")
    screen.press(say("Verify the signature"))
    changed = say("this is not what was signed: it has been changed, or is another file")
    screen.shows("a file that was changed is told", changed, say("NOT VALID"))
    closed("... which is closed", changed)
    os.remove(document)
    opened(signature)
    screen.press(say("Verify the signature"))
    missed = say.around("what was signed is not in %s: say with --content which file it is", values=(signature,))
    screen.shows("without its file, that is asked for", *missed, say.quoted("The file that was signed"))
    screen.type("", "Escape")


def reach(topic):
    """With Tab into the list, and with the arrows to its row."""
    key = "Tab"
    for _ in range(STEPS):
        node = screen.press_key(key, MOMENT)
        if name_of(node) == topic:
            break
        if node is None and key == "Down":
            key = "Up"  # the list has an end
        elif role_of(node) != Atspi.Role.LIST_ITEM:
            key = "Tab"
        elif key == "Tab":
            key = "Down"


def find_help():
    screen.type("", "ctrl+4")
    screen.until(lambda: (say("Help"), True) in screen.tabs())
    screen.follow()
    for topic, sentence in TOPICS:
        reach(say(topic))
        screen.type("", "Return")
        screen.shows('"%s" has its answer' % topic, *say.around(sentence))
        screen.type("", "Return")
        screen.gone("... which closes again", *say.around(sentence)[:1])
    screen.press(say("Look for the cause"))
    screen.shows("what doctor finds is shown", say("Reader service"), say("Card"))
    screen.type("", "Escape")


for language in LANGUAGES:
    print("# in %s" % language, flush=True)
    screen = Screen(language)
    say = screen.say
    at_a_glance()
    check_validity()
    leave_a_dialog()
    look_at_certificates()
    change_a_pin()
    use_the_last_try()
    lock_both()
    take_the_card_away()
    sign_and_verify()
    find_help()
    status = screen.end()
    report("told to end, it ends well", status == 0, status)
finish()
