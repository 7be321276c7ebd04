# SPDX-License-Identifier: BSD-2-Clause
"""A file chosen in GTK's own dialog or dropped on the page, signed, verified and saved; what is told to others of it."""

import ctypes
import os
import subprocess
import sys

from screen import BUTTONS, PATIENCE, Atspi, Screen, build, finish, name_of, report, work

PASSWORD = "password for digital signature (6 to 16 characters)"
SEVERAL = "One file at a time: none of these was taken."
UNDER_WAY = "Something is under way: this file was not taken. Choose it once more afterwards."
ELSEWHERE = "This file is not on this computer: copy it here first."
RECENT = os.environ["HOME"] + "/.local/share/recently-used.xbel"
folder = work + "/files"
os.mkdir(folder)


def written(name):
    path = folder + "/" + name
    with open(path, "w", encoding="utf-8") as file:
        file.write("this is %s\n" % name)
    return path


def has_owner(selection):
    """Whether something was put there: the clipboard, or what the mouse has selected."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = x11.XInternAtom.restype = x11.XGetSelectionOwner.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    atom = ctypes.c_ulong(x11.XInternAtom(display, selection, 0))
    owner = x11.XGetSelectionOwner(display, atom)
    x11.XCloseDisplay(display)
    return owner != 0


def pasted():
    """What the clipboard has, as any program gets it."""
    script = (
        "import gi; gi.require_version('Gtk', '4.0'); from gi.repository import Gdk, GLib, Gtk; Gtk.init();"
        "loop = GLib.MainLoop(); clipboard = Gdk.Display.get_default().get_clipboard();"
        "clipboard.read_text_async(None, lambda c, r: (print(c.read_text_finish(r)), loop.quit())); loop.run()"
    )
    got = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    return got.stdout.strip()


def helper(name, *arguments, **given):
    """A program of ours beside the window."""
    return subprocess.Popen([sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/" + name, *arguments], **given)


# it would refuse the window from its first PIN on
portal = helper("portal.py", stdout=subprocess.PIPE)
report("there is a portal as desktops have it", portal.stdout.readline() == b"ready\n")
screen = Screen("C.UTF-8")


def ask():
    screen.press("Sign with the password")
    screen.until(lambda: screen.asks(PASSWORD))


def answer():
    screen.type("ABC123")
    screen.until(lambda: "6 characters typed" in screen.words())
    screen.type("", "Return")
    screen.until(lambda: screen.find("Close") and not screen.find("Continue"))


def sign():
    ask()
    answer()


def opened(*names):
    """As a file manager does it, with the program that runs."""
    command = [build + "/src/tool/jpki-desktop", *names]
    subprocess.run(command, env=dict(os.environ, LC_ALL="C.UTF-8"), check=False, timeout=PATIENCE)


def close():
    screen.type("", "Escape")
    screen.rests()


def press_close():
    """Where another window may still have the keyboard."""
    screen.press("Close", at_once=True)
    screen.rests()


screen.until(screen.tabs)
screen.type("", "ctrl+3")
screen.press("Sign with the password")
screen.shows("without a file there is a sentence", "Choose a file first.")
close()

# ---- chosen ----
letter = written("letter")
screen.press("Choose: File")
screen.choose(letter)
screen.shows("the file that was chosen is shown", letter)
screen.press("Choose: File")
screen.until(lambda: screen.windows() == 2)
screen.type("", "Escape")
screen.shows("a choice that was cancelled leaves it there", letter)
ask()
screen.shows("the dialog says which file is signed, and whom that tells what", "Sign: " + letter, "read your name, address")
other = written("other")
opened(other)
screen.shows("another one that is opened meanwhile is not taken", UNDER_WAY)
screen.press("Close", at_once=True)
screen.until(lambda: screen.asks(PASSWORD))
report("... the window still shows the first", other not in screen.read_out(), screen.read_out())
answer()
screen.shows("it is signed", "The signature is in %s.p7s." % letter)
report("... and the other is not", not os.path.exists(other + ".p7s"))
close()


def signs_elsewhere(promise, why, proposed):
    """Where nothing can be written beside the file."""
    place = folder + "/placed/" + proposed
    screen.press("Sign with the password")
    screen.shows(promise, why)
    screen.press("Choose another place", at_once=True)
    screen.choose(place, proposed, "Save")
    screen.until(lambda: screen.asks(PASSWORD))
    answer()
    screen.shows("... but it can go to another place", "The signature is in %s." % place)
    report("... where it is", os.path.exists(place))
    close()


os.mkdir(folder + "/placed")
signs_elsewhere("a signature that is there is not overwritten", letter + ".p7s is there already", "letter.p7s")
opened("/proc/version")
signs_elsewhere("where none can be made, that is told", "cannot write /proc/version.p7s", "version.p7s")
elsewhere = folder + "/elsewhere"
os.rename(letter, elsewhere)
screen.press("Choose: File")
screen.choose(letter + ".p7s")
screen.shows("the signature is chosen", letter + ".p7s")
screen.press("Choose: The file that was signed")
screen.choose(elsewhere)
screen.shows("... and the file that was signed", elsewhere)
screen.press("Verify the signature")
screen.shows("they fit", "it fits: not a bit has changed")
close()



# ---- what comes to be there after the place was chosen ----
def overwrites_nothing(promise, path):
    """Once the password is asked for what goes there."""
    screen.until(lambda: screen.asks(PASSWORD))
    with open(path, "wb") as file:
        file.write(b"of another program")
    answer()
    screen.shows(promise, path + " is there already")
    report("... it is still there", open(path, "rb").read() == b"of another program")
    close()


opened("/proc/version")
screen.press("Sign with the password")
screen.press("Choose another place", at_once=True)
screen.until(lambda: screen.path_entry("version.p7s"))
opened(other)
screen.shows("a file that is opened while it is chosen where the signature of another goes is not taken", UNDER_WAY)
screen.press("Close", at_once=True)
screen.choose(folder + "/placed/late.p7s", "version.p7s", "Save")
overwrites_nothing("a file that comes while the password is typed is not overwritten by the signature", folder + "/placed/late.p7s")
screen.type("", "ctrl+1")
screen.press("Save a copy: digital signature certificate")
screen.choose(folder + "/late.pem", "certificate.pem", "Save")
overwrites_nothing("... nor by a copy", folder + "/late.pem")

# ---- saved ----
saved = folder + "/mine.pem"
screen.press("Save a copy: user authentication certificate")
screen.choose(saved, "certificate.pem", "Save")
screen.until(lambda: os.path.exists(saved))
report("the copy is where it was wanted", os.path.exists(saved) and b"BEGIN CERTIFICATE" in open(saved, "rb").read())
screen.shows("... which is said", "The copy is in %s." % saved)
close()


def asks_to_replace():
    """GTK's own question, whose yes is what Return presses; of older GTK's button no screen reader can."""
    return any("Replace" in name_of(node) for node in screen.nodes())


def replaces():
    """Once more only where it was not heard: the next one would be for what comes after the question."""
    subprocess.run(["xdotool", "key", "Return"], check=False)
    return screen.until(lambda: not asks_to_replace(), 30)


with open(saved, "w", encoding="utf-8") as file:
    file.write("an older one")
screen.press("Save a copy: user authentication certificate")
screen.choose(saved, "certificate.pem", "Save")
screen.until(asks_to_replace)
screen.until(replaces)
screen.shows("one that was there when it was chosen is replaced after a yes", "The copy is in %s." % saved)
report("... by the copy", b"BEGIN CERTIFICATE" in open(saved, "rb").read())
close()

# ---- dropped ----
OVERWRITE = "Overwrite a file that is there already"
dropped = written("dropped, with blanks and 漢字")
screen.type("", "ctrl+3")


def overwrites():
    return screen.is_state(screen.find(OVERWRITE, *BUTTONS), Atspi.StateType.CHECKED)


screen.press(OVERWRITE)
report("a file that is there may be overwritten", screen.until(overwrites), screen.words())


def source_of(*names):
    """The window to drag these from."""
    return helper("drag.py", *names)


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True, check=False).stdout.split()


def window_called(title):
    return xdotool("search", "--onlyvisible", "--name", "^%s$" % title)


moves = 0


def would_be_taken():
    """Whoever lets go before the window has answered drops nothing; it answers where the mouse moves."""
    global moves
    moves += 1
    xdotool("mousemove", 500 + moves % 2, 280)
    return window_called("would be taken")


def drag(words):
    """From the other window to the middle of ours, as a hand does it, until these are there."""
    at = window_called("to drag from")
    if not at:
        return False
    xdotool("windowmove", "--sync", at[0], 0, 0, "windowraise", at[0])
    xdotool("mousemove", "--window", at[0], 50, 50, "mousedown", 1)
    for step in range(60, 501, 20):
        xdotool("mousemove", "--sync", step, step // 2 + 30)
    is_taken = screen.until(would_be_taken, 20)
    xdotool("mouseup", 1)
    return screen.until(lambda: words in screen.words(), PATIENCE if is_taken else 0)


source = source_of(dropped)
screen.until(lambda: drag(dropped))
report("a file that is dropped is the one to sign", dropped in screen.words(), screen.words())
source.terminate()
source.wait()
report("... and overwrites nothing", not overwrites())
sign()
screen.shows("... and is signed", "The signature is in %s.p7s." % dropped)
close()
screen.press("Verify the signature")
screen.shows("... and verified by itself, not with the file that was chosen before", "it fits: not a bit has changed")
close()
source = source_of("sftp://host.invalid/letter")
screen.until(lambda: drag(ELSEWHERE))
report("one of another computer is told in a sentence", ELSEWHERE in screen.words(), screen.words())
source.terminate()
source.wait()
press_close()
screen.shows("... and the one before stays", dropped)
opened("sftp://host.invalid/letter")
screen.shows("... also where it is opened by another program", ELSEWHERE)
press_close()
source = source_of(other, elsewhere)
screen.until(lambda: drag(SEVERAL))
report("of several that are dropped none is taken, which is said", SEVERAL in screen.words(), screen.words())
source.terminate()
source.wait()
press_close()
screen.shows("... and the one before stays", dropped)
opened(other, elsewhere)
screen.shows("... also where they are opened by another program", SEVERAL)
press_close()
turning = written("letter\u202efdp.txt")
opened(turning)
screen.shows("a name that would turn its direction does not", folder + "/letter?fdp.txt")
written("letter\u202efdp.txt.p7s")
screen.press("Sign with the password")
screen.press("Choose another place", at_once=True)
proposed = screen.until(lambda: screen.path_entry("letter?fdp.txt.p7s"))
report("... nor the one that is proposed for its signature", proposed, screen.read_out())
close()


# ---- what was to be done next with a file ----
def is_for_that_file(promise, button):
    """The button under the answer on the screen is usable until another file is chosen."""
    good = screen.until(lambda: (found := screen.find(button, *BUTTONS)) and screen.is_usable(found))
    report(promise, good, screen.words())
    opened(other)
    screen.until(lambda: other in screen.read_out())
    report("... and cannot be pressed once another file is chosen", not screen.is_usable(screen.find(button, *BUTTONS)))
    close()


unsigned = written("unsigned")
opened(unsigned)
ask()
screen.type("XYZ789")
screen.type("", "Return")
screen.shows("a wrong password is told", "the PIN was wrong: 4 tries left")
is_for_that_file("... with a button to try it again", "Try again")
opened("/proc/version")
screen.press("Sign with the password")
is_for_that_file("where a signature cannot be made there is one for another place", "Choose another place")
screen.card("tries", "adult", "sign", "5")

# ---- what others are told ----
report("nothing of all this is in the clipboard", not has_owner(b"CLIPBOARD"))
screen.card("service", "stop")
screen.type("", "ctrl+4")
screen.press("Look for the cause")
screen.shows("doctor has a command", "Copy")
copy = next((word for word in screen.words().splitlines() if word.startswith("Copy: ")), "")
screen.press(copy)
screen.until(lambda: has_owner(b"CLIPBOARD"))
report("... which is in the clipboard when that was asked for", pasted() == copy[len("Copy: ") :], pasted())
close()
report("told to end, it ends well", screen.end() == 0)
portal.terminate()
portal.wait()
recent = open(RECENT, encoding="utf-8").read() if os.path.exists(RECENT) else ""
report("no file is in the desktop's list of recent ones", folder not in recent, recent)
finish()
