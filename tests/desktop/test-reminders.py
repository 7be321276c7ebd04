# SPDX-License-Identifier: BSD-2-Clause
"""Reminders: switched on, told once, switched off, with a systemctl that only says what it was told."""

import os
import subprocess

from gi.repository import Gio, GLib

from screen import PATIENCE, Screen, build, finish, last_day, report, take_place_of, today, work

told = work + "/told"
take_place_of("systemctl", 'echo "$*" >>"%s"\n' % told)
dates = os.environ["HOME"] + "/.local/share/jpki-pkcs11/dates"
shown = []
switched_off = False  # while it is told


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


node = Gio.DBusNodeInfo.new_for_xml(
    "<node><interface name='org.freedesktop.Notifications'><method name='Notify'>"
    + "".join("<arg type='%s' direction='in'/>" % kind for kind in ("s", "u", "s", "s", "s", "as", "a{sv}", "i"))
    + "<arg type='u' direction='out'/></method></interface></node>"
)


def on_call(_bus, _sender, _path, _interface, _method, arguments, invocation):
    shown.append(arguments.unpack()[4])
    if switched_off:
        os.unlink(dates)
    invocation.return_value(GLib.Variant("(u)", (1,)))


bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
bus.register_object("/org/freedesktop/Notifications", node.interfaces[0], on_call, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.Notifications", Gio.BusNameOwnerFlags.NONE, None, None)


def remind():
    """As the timer does it, while this program shows what it is told."""
    program = subprocess.Popen([build + "/src/tool/jpki-desktop", "--remind"], env=dict(os.environ, LC_ALL=screen.language))
    loop = GLib.MainContext.default()
    while program.poll() is None:
        loop.iteration(False)
        GLib.usleep(10000)
    return program.wait(PATIENCE)


near = last_day("near-expiry")
screen = Screen("C.UTF-8", cards=("near-expiry",))
screen.shows("a card whose certificate ends soon", " to %s" % near)
report("nothing is kept that nobody asked for", not os.path.exists(dates))
screen.type("", "ctrl+4")
screen.press("Switch on")
good = screen.until(lambda: read(dates))
report("switched on, the dates are kept", good, read(dates))
screen.shows("... which is said", "Done. %s keeps:" % dates)
report("... without the options of any program", "--" not in screen.words(), screen.words())
screen.type("", "Escape")
screen.gone("... and closed", "Done. ")
lines = read(dates).splitlines()
report("... and they alone", lines and all(len(line.split()) == 2 and line.endswith(" 0") for line in lines), lines)
report("... the timer is switched on", "--user enable --now jpki-reminders.timer" in read(told), read(told))
day = lines[0].split()[0] if lines else "?"
screen.shows("... and they are shown", "Only the dates are kept. " + day)

left = {near - today()}
report("the timer's program ends well", remind() == 0)
left.add(near - today())
words = ["ends on %s, in %d days. " % (near, one.days) for one in left]
report("it tells of the days left", shown and any(one in shown[0] for one in words), shown)
shown.clear()
remind()
report("... once", not shown, shown)


def told_on_last_day():
    """The day, and what is told on it, where it does not end meanwhile."""
    screen.rests()  # a look would write the dates of its card
    while True:
        shown.clear()
        day = today()
        with open(dates, "w", encoding="utf-8") as file:
            file.write("%s 0\n" % day)
        remind()
        if day == today():
            return day, shown


last, said = told_on_last_day()
report("on a certificate's last day it says so", len(said) == 1 and "ends today, %s. " % last in said[0], said)
shown.clear()

# ---- dates that only show with a PIN ----
with open(dates, "w", encoding="utf-8"):
    pass
screen.card("swap", "phone")
screen.type("", "ctrl+1")
screen.shows("a phone's dates need its PIN", "its dates need the PIN")
report("... and are not kept", not read(dates), read(dates))
screen.press("Show the certificate: user authentication certificate")
screen.until(lambda: screen.asks("4-digit PIN for user authentication"))
screen.type("1234", "Return")
screen.shows("shown with it", "SHA-256 fingerprint")
lines = read(dates).splitlines()
report("... they are", len(lines) == 1 and lines[0].endswith(" 0"), lines)
screen.type("", "Escape")
screen.type("", "ctrl+4")
screen.shows("... and are shown", "Only the dates are kept. " + (lines[0].split()[0] if lines else "?"))
screen.press("Look again")
screen.rests()
report("... and stay at the next look", read(dates).splitlines() == lines, read(dates))
with open(dates, "w", encoding="utf-8") as file:
    file.write((day + " 0\n") * 2)
shown.clear()
remind()
report("two certificates that end on one day are told once", len(shown) == 1, shown)
switched_off, kept = True, read(dates)
with open(dates, "w", encoding="utf-8") as file:
    file.write(day + " 0\n")
remind()
report("switched off while it is told, nothing is kept", not os.path.exists(dates), read(dates))
switched_off = False
with open(dates, "w", encoding="utf-8") as file:
    file.write(kept)

screen.press("Switch off")
report("switched off, nothing is kept", screen.until(lambda: not os.path.exists(os.path.dirname(dates))))
good = screen.until(lambda: "--user disable --now jpki-reminders.timer" in read(told))
report("... and the timer is off", good, read(told))
screen.shows("... which is said too", "Done: nothing is kept")
screen.type("", "Escape")
screen.rests()

# ---- switched on by another program meanwhile ----
def setup(*words):
    """By the tool."""
    command = [build + "/src/tool/jpki-tool", "setup", "reminders", *words]
    subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)


screen.find("Switch on") or report("the button says \"Switch on\"", False, screen.words())
os.unlink(told)
setup("--yes")
report("the tool has switched them on", os.path.exists(dates) and "--user enable" in read(told), read(told))
screen.press("Switch on")
screen.until(screen.answers)
report("\"Switch on\" leaves them on", os.path.exists(dates) and "disable" not in read(told), read(told))
status = screen.end()
report("told to end, it ends well", status == 0, status)

# ---- in Japanese ----
setup("--remove", "--yes")
screen = Screen("ja_JP.UTF-8", cards=("near-expiry",))
say = screen.say
screen.shows("the card once more", *say.around("%s to %s, %lld day left", "%s to %s, %lld days left"))
screen.type("", "ctrl+4")
screen.press(say("Switch on"))
screen.shows("switched on, that is said in Japanese", *say.around("Done. %s keeps:"))
screen.type("", "Escape")
screen.rests()
screen.shows("... and the dates are shown", say("90, 30 and 7 days before. Only the dates are kept.") + str(near))
shown.clear()
remind()
ends = say.around(
    "A certificate of your card ends on %s, in %d day. The municipal office renews it.",
    "A certificate of your card ends on %s, in %d days. The municipal office renews it.",
)
report("... and told", len(shown) == 1 and all(one in shown[0] for one in (*ends, str(near))), shown)
screen.press(say("Switch off"))
screen.shows("switched off, that is said too", say("Done: nothing is kept, and nobody is reminded."))
report("told to end, it ends well", screen.end() == 0)
finish()
