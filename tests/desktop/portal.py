# SPDX-License-Identifier: BSD-2-Clause
"""The desktop's portal as programs find it that it cannot look into (flatpak/xdg-desktop-portal issue 1490):
it refuses whatever they ask. Says "ready" once the bus has it."""

import os
import signal

from gi.repository import Gio, GLib

NAMES = {"Desktop": "FileChooser", "Documents": "FileTransfer"}
CALLS = ("OpenFile", "SaveFile", "StartTransfer", "AddFiles", "RetrieveFiles")
INTERFACE = (
    "<node><interface name='org.freedesktop.portal.%s'><property name='version' type='u' access='read'/>"
    + "".join("<method name='%s'/>" % name for name in CALLS)
    + "</interface></node>"
)

# GTK asks it only where it could be started
folder = os.environ["HOME"] + "/.local/share/dbus-1/services"
os.makedirs(folder, exist_ok=True)
with open(folder + "/portal.service", "w", encoding="utf-8") as file:
    file.write("[D-BUS Service]\nName=org.freedesktop.portal.Desktop\nExec=/bin/false\n")
bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
names = (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
Gio.DBusConnection.call_sync(*names, "ReloadConfig", None, None, 0, -1, None)


def refuse(*call):
    call[-1].return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "Unable to open /proc/PID/root")


for name, interface in NAMES.items():
    info = Gio.DBusNodeInfo.new_for_xml(INTERFACE % interface).interfaces[0]
    path = "/org/freedesktop/portal/" + name.lower()
    bus.register_object(path, info, refuse, lambda *_: GLib.Variant("u", 4), None)
    request = GLib.Variant("(su)", ("org.freedesktop.portal." + name, 0))
    Gio.DBusConnection.call_sync(*names, "RequestName", request, None, 0, -1, None)
loop = GLib.MainLoop()
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
print("ready", flush=True)
loop.run()
os.remove(folder + "/portal.service")
