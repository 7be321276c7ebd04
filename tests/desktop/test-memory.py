# SPDX-License-Identifier: BSD-2-Clause
"""What was hidden is not in the program's memory either: name, address and PIN, searched from outside."""

import os
import re
import subprocess
import sys

from screen import Screen, build, finish, report, work

OLD, PASSWORD = "M3KQTV8ZHW42", "QX7WZK93JVT5"  # long enough to be found by nothing else
ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le")  # as strings, as X and input methods have them, as layouts do


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def memory(pid):
    """All of it, piece by piece, with the name of each."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps, open("/proc/%d/mem" % pid, "rb") as mem:
        for line in maps:
            where, rights, _, _, _, *name = line.split(None, 5)
            if "r" not in rights or name and name[0].startswith("[v"):
                continue
            start, end = (int(part, 16) for part in where.split("-"))
            try:
                mem.seek(start)
                yield line.strip(), mem.read(end - start)
            except OSError:
                continue


def is_alone(data, at, size):
    """Whether no letter stands beside it: four digits are in many a longer text."""
    return not any(chr(c).isprintable() and c < 127 for c in (*data[max(at - 1, 0) : at], *data[at + size : at + size + 1]))


def digits(pid, pins):
    """Likewise of a PIN."""
    found = []
    for name, data in memory(pid):
        for pin in pins:
            at = data.find(pin.encode())
            while at >= 0:
                if is_alone(data, at, len(pin)):
                    found.append("%s at offset %x of %s" % (pin, at, name))
                at = data.find(pin.encode(), at + 1)
            found += ["%s in %s" % (pin, name) for encoding in ENCODINGS[1:] if pin.encode(encoding) in data]
    return found


def find(pid, words):
    """Lines, each a word and where it was found."""
    found = []
    for name, data in memory(pid):
        for word in words:
            for encoding in ENCODINGS:
                at = data.find(word.encode(encoding))
                if at >= 0:
                    found.append("%s in %s, offset %x of %s: %r" % (word[:4], encoding, at, name, data[max(at - 48, 0) : at + 48]))
    return found


screen = Screen("C.UTF-8")
screen.shows("the card is shown", "5 of 5 tries left")
windows = [pid for pid in children(screen.program.pid) if "jpki-desktop" in os.readlink("/proc/%d/exe" % pid)]
if os.geteuid() != 0 or not windows:
    print("skip what the memory has: only root may read it")
    screen.end()
    sys.exit(0)
pid = windows[0]

NOW = "4-digit PIN for user authentication"
PASSWORD_NOW = "password for digital signature (6 to 16 characters)"
document = work + "/memory.txt"
with open(document, "w", encoding="utf-8") as file:
    file.write("a letter\n")


def asked(*questions):
    for question, typed in questions:
        if not screen.until(lambda q=question: screen.asks(q)):
            report("the dialog asks for \"%s\"" % question, False, screen.words())
        screen.type(typed)
        screen.type("", "Return")


def change(name, question, old, new):
    screen.type("", "ctrl+2")
    screen.press("Change: " + name)
    asked((question, old), ("New " + question, new), ("The same once more", new))
    screen.shows("... it is changed", "was changed.")
    screen.type("", "Escape")
    screen.rests()


# ---- the password: an old one, a new one, and one that has signed ----
change("digital signature certificate", PASSWORD_NOW, "ABC123", OLD)
change("digital signature certificate", PASSWORD_NOW, OLD, PASSWORD)
found = find(pid, [OLD, PASSWORD])
report("neither the old nor the new password is anywhere after that", not found, "\n".join(found))
subprocess.run([build + "/src/tool/jpki-desktop", document], env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)
screen.shows("a file is there to be signed", document)
screen.press("Sign with the password")
asked((PASSWORD_NOW, PASSWORD))
screen.shows("... and is signed", "The signature is in %s.p7s." % document)
screen.type("", "Escape")
screen.rests()
found = find(pid, [PASSWORD])
report("a password that has signed is nowhere after that", not found, "\n".join(found))


# ---- the PIN ----
def used(old, new):
    """Where the PIN is found after it was set and used."""
    change("user authentication certificate", NOW, old, new)
    screen.type("", "ctrl+1")
    screen.press("Check validity: user authentication certificate")
    asked((NOW, new))
    screen.shows("... and used", "the card has the key of this certificate")
    screen.type("", "Escape")
    screen.rests()
    return digits(pid, [new])


pins = ["%04d" % number for number in range(5757, 9999, 531)]
had = "\n".join(digits(pid, pins))
pins = [pin for pin in pins if pin not in had]
first, second = used("1234", pins[0]), used(pins[0], pins[1])
report("a PIN is nowhere after it was used", not (first and second), "\n".join(first + second))


# ---- name, address and birth date ----
def shown():
    """What of the holder is, in all ways in which it may lie in the memory."""
    screen.type("", "ctrl+1")
    screen.press("Show the certificate: digital signature certificate")
    asked((PASSWORD_NOW, PASSWORD))
    screen.shows("name, address and birth date are shown", "Name", "Address", "Birth date")
    said = screen.words().splitlines()
    name, address, birth = (said[len(said) - said[::-1].index(label)] for label in ("Name", "Address", "Birth date"))
    words = [name, address, birth, re.sub("[^0-9]", "", birth)[:8]]
    report("... and are found where they are shown", all(find(pid, [word]) for word in words[:3]), words)
    return words


def hidden(how, words):
    screen.gone(how + ", they are gone", "Birth date")
    screen.until(lambda: not find(pid, words))
    found = find(pid, words)
    report("... from the memory too", not found, "\n".join(found))


personal = shown()
screen.type("", "Escape")
hidden("closed", personal)
hidden("after a minute", shown())
shown()
screen.card("remove")
screen.shows("its card taken out, that is said", "what was shown of it is hidden.")
screen.type("", "Escape")
hidden("its card taken out", personal)
screen.card("insert", "adult")

# ---- the same in a signature, and in a copy ----
screen.type("", "ctrl+3")
screen.press("Verify the signature")
screen.shows("who signed is shown", "Name", "Address", "Birth date")
report("... and found in the memory", all(find(pid, [word]) for word in personal[:3]), personal)
screen.type("", "Escape")
hidden("closed", personal)
screen.type("", "ctrl+1")
screen.press("Save a copy: digital signature certificate")
screen.choose(work + "/copy.pem", "certificate.pem", "Save")
asked((PASSWORD_NOW, PASSWORD))
screen.shows("a copy of the certificate is saved", "The copy is in %s/copy.pem." % work)
screen.type("", "Escape")
hidden("saved", personal)
found = find(pid, [PASSWORD])
report("... and the password is nowhere", not found, "\n".join(found))

# ---- a password that is not used ----
UNUSED = "RW6JDN28FXP4"
for how, end in (
    ("cancelled", lambda: screen.type("", "Escape")),
    ("wrong", lambda: screen.type("", "Return")),
    ("its card taken out", lambda: (screen.card("remove"), screen.type("", "Return"))),
):
    screen.press("Check validity: digital signature certificate")
    screen.until(lambda: screen.asks(PASSWORD_NOW))
    screen.type(UNUSED)
    end()
    screen.until(lambda: not screen.asks(PASSWORD_NOW) and (how == "cancelled" or screen.answers()))
    if how != "cancelled":
        screen.type("", "Escape")
    screen.rests()
    found = find(pid, [UNUSED])
    report("a password that was typed and is %s is nowhere after that" % how, not found, "\n".join(found))
report("told to end, it ends well", screen.end() == 0)
finish()
