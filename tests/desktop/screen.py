# SPDX-License-Identifier: BSD-2-Clause
"""The window as a person without eyes has it: by its accessibility tree, and by the keyboard.

Run inside a session bus and an X screen of its own (window.sh makes both)."""

import atexit
import datetime
import json
import os
import re
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

from catalogue import Words, english_in, stray_blanks_in  # noqa: E402

BUTTONS = (
    Atspi.Role.PUSH_BUTTON,
    Atspi.Role.TOGGLE_BUTTON,
    Atspi.Role.CHECK_BOX,
    Atspi.Role.SWITCH if hasattr(Atspi.Role, "SWITCH") else Atspi.Role.TOGGLE_BUTTON,
)
PATIENCE = 120  # seconds: only what hangs takes so long
LOOKS = 10  # ... where it was looked at so often: beside much other work one look takes a minute

build = os.environ["JPKI_BUILD"]
work = os.environ["WORK"]
GIVEN = os.environ.get("JPKI_DESKTOP_UNDER", "").split()  # what starts the program, if anything does
UNDER = list(GIVEN)
failures = 0
Atspi.set_timeout(PATIENCE * 1000, PATIENCE * 1000)  # its own: 0.8 s, and then nothing is there


def under(name, *variables):
    """The next window has that program of ours loaded before it, and before what was given."""
    library = "%s/%s.so" % (work, name)
    source = "%s/%s.c" % (os.path.dirname(os.path.abspath(__file__)), name)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    preloads = [one.replace("LD_PRELOAD=", "LD_PRELOAD=%s:" % library) for one in GIVEN]
    UNDER[:] = ["env", "LD_PRELOAD=" + library, *variables, *preloads]


def report(promise, good, why=""):
    global failures
    print(("ok " if good else "not ok ") + promise, flush=True)
    if not good:
        failures += 1
        for line in str(why).splitlines()[:40]:
            print("# " + line, flush=True)


def finish():
    sys.exit(1 if failures else 0)


def attempt(call, default=None):
    """What is asked of a widget that may be gone by now."""
    try:
        return call()
    except Exception:  # noqa: BLE001  (GLib's errors, of several kinds)
        return default


def role_of(node):
    return attempt(lambda: node.get_role())


SKIPPED = (Atspi.Role.IMAGE, Atspi.Role.SCROLL_BAR)


def tree(node):
    """All below a node, itself first, but for what is the same all the time: each is a question."""
    if node is None or role_of(node) in SKIPPED:
        return
    yield node
    for i in range(attempt(node.get_child_count, 0)):
        yield from tree(attempt(lambda i=i: node.get_child_at_index(i)))


def name_of(node):
    return attempt(lambda: node.get_name()) or ""  # of nothing too: what has the keyboard may be between two


def text_of(node):
    """What a screen reader would read: of text, its characters."""
    text = attempt(node.get_text_iface)
    if text is None:
        return ""
    return attempt(lambda: Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text))) or ""


JAPAN = datetime.timezone(datetime.timedelta(hours=9))


def today():
    """In Japan, where midnight may come while a test runs; by the clock that tests/slow/dates.sh may have set."""
    said = subprocess.run(["date", "+%s"], capture_output=True, check=True, timeout=PATIENCE).stdout
    return datetime.datetime.fromtimestamp(int(said), JAPAN).date()


def last_day(card):
    """Of a ready-made card's log-in certificate, in Japan: what is shown of it is the same on any day. Before
    a Screen has it."""
    program = build + "/src/sim/jpki-card-sim"
    subprocess.run([program, "make", card], capture_output=True, timeout=PATIENCE)  # if there is none yet
    command = '"$0" certificate "$1" auth | openssl x509 -noout -enddate -dateopt iso_8601'
    said = subprocess.run(["sh", "-c", command, program, card], capture_output=True, text=True, timeout=PATIENCE).stdout
    end = datetime.datetime.fromisoformat(said.strip().partition("=")[2].replace("Z", "+00:00"))
    return end.astimezone(JAPAN).date()


def take_place_of(program, script):
    """From here on whoever starts that program starts the script."""
    folder = work + "/bin"
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, program), "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + script)
    os.chmod(os.path.join(folder, program), 0o755)
    os.environ["PATH"] = folder + ":" + os.environ["PATH"]


class Screen:
    """A simulated card, and jpki-desktop over it."""

    def __init__(self, language, cards=("adult",), arguments=(), options=()):
        self.control = work + "/control"
        self.language = language
        self.say = Words(language)
        self.passed = set()  # all texts of all screens that were looked at
        env = dict(os.environ, LC_ALL=language, JPKI_CARD_SIM_CONTROL=self.control)
        command = [build + "/src/sim/jpki-card-sim", "run", "--control", self.control]
        for card in cards:
            command += ["--card", card]
        command += list(options)
        command += ["--", *UNDER, build + "/src/tool/jpki-desktop", "--module", build + "/.libs/jpki-pkcs11.so"]
        self.log = open(work + "/window.log", "ab")
        self.program = subprocess.Popen(
            command + list(arguments), env=env, stdout=self.log, stderr=self.log
        )
        atexit.register(self.end_program)  # however this script ends, the next has the reader for itself

    def card(self, *order):
        answer = subprocess.run(
            [build + "/src/sim/jpki-card-sim", "--control", self.control, *order],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return answer.stdout

    def tries(self, key):
        """As the card itself has them."""
        return json.loads(self.card("status", "--json"))["readers"][0]["pins"][key]["tries"]

    def application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(attempt(desktop.get_child_count, 0)):
            app = attempt(lambda i=i: desktop.get_child_at_index(i))
            if app is not None and "jpki" in (attempt(app.get_name) or "").lower():
                return app
        return None

    def windows(self):
        """How many there are: the window, and a dialog over it."""
        application = self.application()
        return attempt(application.get_child_count, 0) if application else 0

    def top(self):
        """The topmost dialog, or the window."""
        application = self.application()
        count = attempt(application.get_child_count, 0) if application else 0
        return attempt(lambda: application.get_child_at_index(count - 1)) if count else None

    def nodes(self):
        """Of what is on top; older GTK has the window's hidden pages among them, newer has not."""
        return list(tree(self.top()))

    def dialog(self):
        """The names in the dialog on top, all of one moment; none where there is no dialog."""
        count, top = self.windows(), self.top()
        names = [name_of(node) for node in tree(top)] if count > 1 else []
        self.passed.update(names)
        return names if (self.windows(), self.top()) == (count, top) else []

    def asks(self, question):
        names = self.dialog()
        return question in names and self.say("Continue") in names

    def answers(self):
        """The names in an answer: a dialog that asks nothing."""
        names = self.dialog()
        return names if self.say("Continue") not in names else []

    def typed(self):
        """How many characters the dialog on top has."""
        for name in self.dialog():
            found = re.match("([0-9]+)(?: characters? typed|文字入力済み)", name)
            if found:
                return int(found[1])
        return 0

    def words(self):
        """All words there."""
        names = [name for name in map(name_of, self.nodes()) if name]
        self.passed.update(names)
        return "\n".join(names)

    def read_out(self):
        """All that a screen reader can come by."""
        said = []
        for node in tree(self.application()):
            said += [name_of(node), text_of(node), attempt(node.get_description) or ""]
        return "\n".join(said)

    def until(self, call, patience=PATIENCE):
        end = time.monotonic() + patience
        looks = 0
        while time.monotonic() < end or looks < LOOKS:
            looks += 1
            try:
                got = call()
            except (GLib.Error, LookupError):  # what was asked is gone, or not all there yet
                got = None
            if got:
                return got
            if self.program.poll() is not None:
                return None
            time.sleep(0.1)
        return None

    def shows(self, promise, *words, patience=PATIENCE):
        """Whether all of these come to stand on the screen."""
        good = self.until(lambda: all(word in self.words() for word in words), patience)
        report(promise, good, "wanted: %s\n%s" % (", ".join(words), self.words()))
        return good

    def gone(self, promise, *words, patience=PATIENCE):
        good = self.until(lambda: not any(word in self.words() for word in words), patience)
        report(promise, good, self.words())
        return good

    def find(self, name, *roles):
        for node in self.nodes():
            if name_of(node) == name and (not roles or role_of(node) in roles):
                return node
        return None

    def is_usable(self, node):
        return self.is_state(node, Atspi.StateType.SENSITIVE)

    def is_waiting(self):
        """Whether the window says that it does: what it waits for may put other buttons in their places."""
        return self.find(self.say("Leave"), *BUTTONS)

    def path_entry(self, text):
        """Of GTK's own dialog for files: the one with that in it."""
        for node in self.nodes() if self.windows() == 2 else ():
            if role_of(node) == Atspi.Role.TEXT and text_of(node) == text:
                return node
        return None

    def choose(self, path, proposed="", press="Open"):
        """In that dialog, once it opens; without a name in it, it takes one once a slash is typed."""
        ours = set(self.passed)
        self.until(lambda: self.windows() == 2)
        if not proposed:
            self.type("", "slash")
        node = self.until(lambda: self.path_entry(proposed or "/"))
        report("the dialog takes a path", node, self.words())
        # typed, its completion would add to it
        self.until(
            lambda: Atspi.EditableText.set_text_contents(node.get_editable_text_iface(), path)
            and self.path_entry(path)
        )
        old = "_%s %s" % (press, press)
        if press is None or self.find(old):  # older GTK's button does nothing for a screen reader
            self.type("", "Return")
        else:
            self.press(press)
        self.until(lambda: not any(name_of(one) in (press, old) for one in self.nodes()) and not self.path_entry(path))
        self.passed = ours  # its words are GTK's

    def rests(self):
        """Once nothing is waited for, and no dialog is open."""
        return self.until(lambda: self.windows() == 1 and not self.is_waiting())

    def press(self, name, at_once=False):
        """A button or the like, as soon as it can be pressed; GTK does it a quarter of a second later."""

        def pressed():
            if not at_once and self.is_waiting():
                return False
            for node in reversed(self.nodes()):  # what came last is on top
                if name_of(node) != name or role_of(node) not in BUTTONS or not self.is_usable(node):
                    continue
                action = attempt(node.get_action_iface)
                if action is not None and attempt(lambda a=action: Atspi.Action.do_action(a, 0)):
                    return True
            return False

        good = self.until(pressed)
        if not good:
            report("\"%s\" can be pressed" % name, False, self.words())
        return good

    def has_keyboard(self):
        """Whether what is on top has it."""
        said = subprocess.run(
            ["xdotool", "getactivewindow", "getwindowname"], capture_output=True, text=True, check=False
        )
        return said.stdout.strip() and said.stdout.strip() == name_of(self.top())

    def type(self, text, *keys):
        """On the keyboard. Text and Escape are for a dialog: once it is there, and until it has had them."""
        least = 2 if text or "Escape" in keys else 1
        if not self.until(lambda: self.windows() >= least and self.has_keyboard()):
            report("what is on top has the keyboard", False, self.words())
        count, before = self.windows(), self.typed()
        if text:
            subprocess.run(["xdotool", "type", "--delay", "20", text], check=True)
        if text and not self.until(lambda: self.typed() == before + len(text)):
            report("what is typed is counted", False, self.words())
        if keys:
            subprocess.run(["xdotool", "key", "--delay", "20", *keys], check=True)
        if "Escape" in keys and not self.until(lambda: self.windows() < count):
            report("Escape closes what is on top", False, self.words())

    def is_state(self, node, state):
        states = attempt(lambda: node.get_state_set())
        return states is not None and states.contains(state)

    def focused(self):
        for node in self.nodes():
            if self.is_state(node, Atspi.StateType.FOCUSED):
                return node
        return None

    def follow(self):
        """From here on `press_key` hears what screen readers are told."""
        self.told = []
        listener = Atspi.EventListener.new(lambda event: event.detail1 and self.told.append(event.source))
        listener.register("object:state-changed:focused")
        self.listener = listener

    def press_key(self, key, patience=PATIENCE):
        """What has the keyboard after a key that gives it to something else."""
        self.told.clear()
        subprocess.run(["xdotool", "key", key], check=False)
        end = time.monotonic() + patience
        while not self.told and time.monotonic() < end:
            if not GLib.MainContext.default().iteration(False):
                time.sleep(0.01)
        return self.told[-1] if self.told else None

    def tabs(self):
        """The pages of the window as a screen reader has them: (name, chosen)."""
        return [
            (name_of(node), self.is_state(node, Atspi.StateType.SELECTED))
            for node in tree(self.application())
            if role_of(node) == Atspi.Role.PAGE_TAB
        ]

    def picture(self, path):
        subprocess.run(["import", "-window", "root", path], check=False, timeout=PATIENCE)

    def judge(self):
        """What was passed, and what was looked for."""
        if self.say.missing:
            report("what is looked for is translated", False, "\n".join(self.say.missing))
        if self.say.is_english or not self.passed:
            return
        for promise, wrong in (
            ("nothing that was passed is English", english_in(self.passed)),
            ("... nor has a blank between two Japanese characters", stray_blanks_in(self.passed)),
        ):
            report(promise, not wrong, "\n".join(wrong))

    def end(self):
        self.judge()
        return self.end_program()

    def end_program(self):
        self.program.terminate()
        try:
            return self.program.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.program.kill()
            return None
