# SPDX-License-Identifier: BSD-2-Clause
"""Each task from start to end, with wrong PINs, last tries, and the card taken away in between."""

import os
import subprocess

from screen import PATIENCE, Atspi, Screen, build, finish, name_of, report, role_of, work

AUTH = "user authentication certificate"
SIGN = "digital signature certificate"

screen = Screen("C.UTF-8")


def left(count, total):
    return "%d of %d tries left" % (count, total)


def asked(*questions):
    """A dialog for each."""
    for question, typed in questions:
        if not screen.until(lambda q=question: screen.asks(q)):
            report("the dialog asks for \"%s\"" % question, False, screen.words())
            return
        screen.type(typed)
        screen.type("", "Return")


NOW = "4-digit PIN for user authentication"
NEW = "New 4-digit PIN for user authentication"
AGAIN = "The same once more"
PASSWORD = "password for digital signature (6 to 16 characters)"

# ---- my certificates ----
screen.shows("both keys are shown with their tries", left(3, 3), left(5, 5))
screen.shows("... and dates", "days left")
screen.shows("... and that they are simulated", "SIMULATED: for tests only")
screen.shows("the signing certificate's dates need its button", '"Show the certificate"')
named = [word for word in screen.words().splitlines() if "jpki-tool " in word and "not use it" not in word]
report("no command of the tool's is named", not named, named)

# ---- check validity, with a wrong PIN first ----
screen.press("Check validity: " + AUTH)
screen.shows("the dialog says which PIN, and how many tries are left", NOW, left(3, 3))
screen.type("12")
screen.shows("the shape is told while it is typed", "2 characters typed", "this PIN has exactly 4 digits")
report("... and cannot be sent", not screen.is_usable(screen.find("Continue")))
screen.type("99")
focused = [node for node in screen.nodes() if screen.is_state(node, Atspi.StateType.FOCUSED)]
report(
    "nor is a key spoken: what has the keyboard is for passwords",
    [role_of(node) for node in focused] == [Atspi.Role.PASSWORD_TEXT],
    [(role_of(node), name_of(node)) for node in focused],
)
report("what is typed is read out to nobody", "1299" not in screen.read_out(), screen.read_out())
screen.type("", "Return")
screen.shows("a wrong PIN is told with the tries left", "the PIN was wrong: 2 tries left")
screen.press("Try again")
asked((NOW, "1234"))
screen.shows(
    "the answer has its limits in words",
    "the card has the key of this certificate",
    "NOT CHECKED: by law only the official service",
)
screen.type("", "Escape")
screen.gone("... and is closed with Escape", "NOT CHECKED: by law")
screen.shows("the right PIN has brought the tries back", left(3, 3))

# ---- a dialog that is left ----
screen.press("Check validity: " + AUTH)
screen.shows("the dialog is there again", NOW)
screen.press("Cancel")
screen.gone("cancelled, the dialog is gone", NOW)
screen.shows("... and no try", left(3, 3))

# ---- the certificate, and four attributes of the holder ----
screen.press("Show the certificate: " + AUTH)
screen.shows("the log-in certificate needs no PIN", "SHA-256 fingerprint", "RSA, 2048 bits")
screen.type("", "Escape")
screen.gone("it is closed", "SHA-256 fingerprint")
screen.press("Show the certificate: " + SIGN)
asked((PASSWORD, "ABC123"))
screen.shows("the signing certificate shows four attributes", "Name", "Address", "Birth date", "Sex")
screen.shows("... and says that they go", "This is hidden again after a minute.")
attributes = [
    text for text in screen.words().splitlines() if "1990" in text or "Heisei" in text
]
report("... with a birth date", attributes, screen.words())
screen.type("", "Escape")
screen.gone("closed, they are gone", "Birth date")

# ---- change a PIN ----
screen.type("", "ctrl+2")
screen.shows("the PINs are explained side by side", "4 digits, 3 tries", "6 to 16 letters and digits")
screen.press("Change: " + AUTH)
asked((NOW, "1234"), (NEW, "9876"), (AGAIN, "9875"))
screen.shows("two that differ are told", "the two are not the same; once again, please")
asked((NEW, "9876"), (AGAIN, "9876"))
screen.shows("the PIN is changed", "The PIN for user authentication was changed.")
screen.type("", "Escape")
screen.gone("the answer is closed", "was changed.")

# ---- a last try ----
screen.card("tries", "adult", "auth", "1")
screen.press("Look again")
screen.shows("a last try is told", "1 of 3 tries left: the next wrong one locks it")
screen.press("Change: " + AUTH)
screen.shows("... and has to be agreed to", "Use the last try?")
screen.type("9876")
screen.shows("... what is typed alone is not enough", "4 characters typed")
report("... nor can it be sent", not screen.is_usable(screen.find("Continue")))
screen.type("", "shift+Tab", "space")
screen.until(lambda: screen.is_usable(screen.find("Continue")))
screen.press("Continue")
asked((NEW, "1234"), (AGAIN, "1234"))
screen.shows("agreed to, it is", "The PIN for user authentication was changed.")
screen.type("", "Escape")
screen.shows("the right PIN brings them back", left(3, 3))

# ---- the card is taken away in the middle ----
screen.press("Change: " + AUTH)
screen.shows("asked again", NOW)
screen.card("remove")
asked((NOW, "1234"), (NEW, "5678"), (AGAIN, "5678"))
screen.shows("a card taken away is a sentence", "the card was taken away")
screen.type("", "Escape")
screen.type("", "ctrl+1")
screen.shows("... and the reader is empty", "no card in the reader")
screen.card("insert", "adult")
screen.shows("put back, it is there again", left(3, 3), left(5, 5))
screen.card("unplug")
screen.shows("a reader that is unplugged is told", "no card reader: plug it in")
screen.card("plug")
screen.shows("... and one that is plugged in", left(3, 3))
screen.card("service", "stop")
screen.press("Look again")
screen.shows("a service that has stopped is told", "pcscd is not running", "\"It does not work\" says why")
screen.card("service", "start")
screen.shows("... and one that is there again", left(3, 3))

# ---- sign and verify ----
document = work + "/letter.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")


def opened(path):
    """As a file manager does it, with the program that runs."""
    subprocess.run(
        [build + "/src/tool/jpki-desktop", path],
        env=dict(os.environ, LC_ALL="C.UTF-8"),
        check=False,
        timeout=PATIENCE,
    )


opened(document)
screen.shows("a file that is opened is the one to sign", document)
screen.shows("what a signature discloses is told before", "can read your name, address, birth date")
screen.press("Sign with the password")
asked((PASSWORD, "ABC123"))
screen.shows("signed, it says where the signature is", "The signature is in %s.p7s." % document)
screen.shows("... and that it is simulated", "SIMULATED card: this signature is for tests")
report("the signature is there", os.path.exists(document + ".p7s"))
screen.type("", "Escape")
screen.gone("the answer is closed", "The signature is in")
screen.press("Verify the signature")
screen.shows(
    "verified, it says who signed and what is not known",
    "it fits: not a bit has changed",
    "NOT CHECKED: by law",
    "Address",
)
screen.type("", "Escape")
screen.gone("the answer is closed again", "it fits")
screen.press("Sign with the password")
screen.shows("a signature that is there is not overwritten", document + ".p7s is there already")
screen.type("", "Escape")
with open(document, "a", encoding="utf-8") as file:
    file.write("and a line more\n")
screen.press("Verify the signature")
screen.shows("a file that was changed is told", "this is not what was signed", "NOT VALID")
screen.type("", "Escape")

# ---- help ----
screen.type("", "ctrl+4")
screen.shows("the topics of help are there", "A PIN is locked", "The card is lost or stolen")
screen.press("Look for the cause")
screen.shows("what doctor finds is shown", "Reader service", "Card")
screen.type("", "Escape")

status = screen.end()
report("told to end, it ends well", status == 0, status)
finish()
