# SPDX-License-Identifier: BSD-2-Clause
"""What was hidden is not in the program's memory either: name, address and PIN, searched from outside."""

import os
import sys

from screen import Screen, finish, report

PASSWORD = "QX7WZK93JVT5"  # long enough to be found by nothing else
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

screen.type("", "ctrl+2")
screen.press("Change: digital signature certificate")
for question, typed in (
    ("password for digital signature (6 to 16 characters)", "ABC123"),
    ("New password for digital signature (6 to 16 characters)", PASSWORD),
    ("The same once more", PASSWORD),
):
    if not screen.until(lambda q=question: screen.asks(q)):
        report("the dialog asks for \"%s\"" % question, False, screen.words())
    screen.type(typed)
    screen.type("", "Return")
screen.shows("the password is changed", "was changed.")
screen.type("", "Escape")
screen.shows("... and the card is looked at again", "5 of 5 tries left")
found = find(pid, [PASSWORD])
report("a PIN is nowhere after it was used", not found, "\n".join(found))

screen.type("", "ctrl+1")
screen.press("Show the certificate: digital signature certificate")
screen.until(lambda: "Continue" in screen.dialog())
screen.type(PASSWORD)
screen.type("", "Return")
screen.shows("name and address are shown", "Name", "Address")
said = screen.words().splitlines()
personal = [said[len(said) - said[::-1].index(label)] for label in ("Name", "Address")]
report("... and are found where they are shown", len(find(pid, personal)) >= 2, personal)
screen.type("", "Escape")
screen.gone("closed, they are gone", "Address")
screen.until(lambda: not find(pid, personal))
found = find(pid, personal)
report("... from the memory too", not found, "\n".join(found))
report("told to end, it ends well", screen.end() == 0)
finish()
