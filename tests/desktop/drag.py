# SPDX-License-Identifier: BSD-2-Clause
"""Usage: drag.py PATH-OR-URI...: a window to take these files from with the mouse, as from a file manager's.

Its title says whether what is under the mouse would take them."""

import sys
from pathlib import Path

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

uris = "".join((name if "://" in name else Path(name).as_uri()) + "\r\n" for name in sys.argv[1:])
source = Gtk.DragSource()
offers = (("application/vnd.portal.filetransfer", "a key"), ("text/uri-list", uris))  # what file managers offer
source.connect(
    "prepare",
    lambda *_: Gdk.ContentProvider.new_union(
        [Gdk.ContentProvider.new_for_bytes(kind, GLib.Bytes.new(text.encode())) for kind, text in offers]
    ),
)
TITLES = ("to drag from", "would be taken")


def begun(_source, drag):
    drag.connect("notify::selected-action", lambda *_: window.set_title(TITLES[drag.get_selected_action() != 0]))


source.connect("drag-begin", begun)
source.connect("drag-end", lambda *_: window.set_title(TITLES[0]))
label = Gtk.Label(label="a file", hexpand=True, vexpand=True)
label.add_controller(source)
Gtk.init()
window = Gtk.Window(title=TITLES[0], decorated=False, default_width=100, default_height=100, child=label)
window.present()
GLib.MainLoop().run()
