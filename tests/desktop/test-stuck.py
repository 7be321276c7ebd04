# SPDX-License-Identifier: BSD-2-Clause
"""Files that never end: each is refused, or its wait can be left; a file system that does not answer holds nobody up,
nor does a slow screen."""

import os
import subprocess

from screen import PATIENCE, Screen, build, finish, report, under, work

CHECK = "Check validity: user authentication certificate"
NOW = "4-digit PIN for user authentication"
pipe, broken, gone, huge, answered = (work + name for name in ("/pipe", "/broken", "/gone", "/huge", "/answered"))
stuck = work + "/stuck/letter"
os.mkfifo(pipe)
os.mkfifo(answered)
os.symlink("/proc/self/mem", broken)
with open(huge, "w", encoding="utf-8") as file:
    file.truncate(1 << 40)
os.mkdir(os.path.dirname(stuck))
with open(stuck, "w", encoding="utf-8") as file:
    file.write("a letter\n")


def opened(path):
    """As a file manager does it, with the program that runs."""
    command = [build + "/src/tool/jpki-desktop", path]
    subprocess.run(command, env=dict(os.environ, LC_ALL="C.UTF-8"), check=False, timeout=PATIENCE)
    screen.shows("%s is the file" % os.path.basename(path), path)


def close():
    screen.type("", "Escape")
    screen.rests()


def answers(asked):
    """Once its PIN is asked, the certificate's key is checked."""
    screen.shows(asked, NOW, "3 of 3 tries left")
    screen.type("1234")
    screen.type("", "Return")
    screen.shows("... and answers", "the card has the key of this certificate")


under("stuck", "STUCK=" + answered)
screen = Screen("C.UTF-8")
screen.shows("the card is shown", "3 of 3 tries left")

# ---- what is no file ----
for path, words in (
    (pipe, "%s is no ordinary file"),
    ("/dev/zero", "%s is no ordinary file"),
    (work, "cannot read %s: Is a directory"),
    (broken, "cannot read %s: Input/output error"),
    (gone, "cannot read %s: No such file or directory"),
):
    opened(path)
    for button in ("Sign with the password", "Verify the signature"):
        screen.press(button)
        screen.shows("\"%s\": there is a sentence" % button, words % path)
        close()

# ---- a file that takes hours to read ----
def has_read():
    """How many bytes the window's program has, of all files."""
    with open("/proc/%d/io" % screen.application().get_process_id(), encoding="ascii") as file:
        return int(file.readline().split()[1])


opened(huge)
before = has_read()
screen.press("Sign with the password")
screen.until(lambda: has_read() > before + (100 << 20))
screen.shows("a file that takes hours is waited for, and not the card", "Reading the file ...", "Leave")
screen.press("Leave", at_once=True)
report("... which can be left, and no password is asked", screen.rests(), screen.words())

# ---- a file system that does not answer ----
opened(stuck)
screen.press("Sign with the password")
screen.shows("one that does not answer is waited for likewise", "Reading the file ...", "Leave")
screen.press("Leave", at_once=True)
report("... and left", screen.rests(), screen.words())
screen.type("", "ctrl+1")
screen.press(CHECK)
answers("the card is used meanwhile")
close()
with open(answered, "w", encoding="utf-8"):  # whoever waited goes on
    pass
screen.press("Look again")
screen.press(CHECK)
screen.shows("it answers after all: nothing begins that was left", NOW, "3 of 3 tries left")
screen.type("", "Escape")
screen.rests()
report("... nor is anything signed", not os.path.exists(stuck + ".p7s"))

# ---- one that does not answer where a copy goes, once that was chosen ----
os.unlink(answered)
screen.type("", "ctrl+1")
screen.card("set", "adult", "delay-exchange", "20000")
screen.press("Look again")
screen.shows("a look takes long", "Looking at the readers ...")
screen.press("Save a copy: user authentication certificate", at_once=True)
screen.choose(stuck + ".pem", "certificate.pem", "Save")
screen.shows("... and the copy is behind it", "Waiting for the card ...")
os.mkfifo(answered)
screen.card("set", "adult", "delay-exchange", "0")
screen.shows("its place does not answer", "Writing the file ...", "Leave")
screen.press("Leave", at_once=True)
screen.shows("... and is left, which does not say that nothing is written", "it may still be written")
close()

opened(stuck)
screen.press("Sign with the password")
screen.shows("waited for once more", "Leave")
status = screen.end()
report("the window can be closed in the middle of it", status in (0, 143), status)

# ---- a computer that is too slow for its screen ----
under("busy")
screen = Screen("C.UTF-8")
screen.shows("where a frame is always due, the card is shown", "3 of 3 tries left")
screen.press(CHECK)
answers("... its PIN is asked")
screen.card("remove")
close()
screen.shows("... and is taken out", "no card in the reader")
report("told to end, it ends well", screen.end() == 0)
finish()
