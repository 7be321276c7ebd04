# SPDX-License-Identifier: BSD-2-Clause
"""With the keyboard alone: everything is come by, and has a name for whoever does not see it."""

from screen import Atspi, Screen, finish, name_of, report

PAGES = (
    ("My certificates", "Show the certificate: user authentication certificate", "Save a copy: digital signature certificate"),
    ("Change a PIN", "user authentication certificate", "digital signature certificate"),
    ("Sign and verify", "Choose: File", "Sign with the password", "Verify the signature"),
    ("Help", "A PIN is locked", "Look for the cause", "Switch on"),
)
STEPS = 60  # more than any page has

screen = Screen("C.UTF-8")
screen.follow()
screen.shows("the card is shown", "3 of 3 tries left")


def is_last(row):
    parent = row.get_parent()
    return row.get_index_in_parent() + 1 >= parent.get_child_count()


def walk():
    """The names of all that Tab and the arrows come by, until it begins anew; "?" for what has none."""
    seen, names = [], []
    for _ in range(STEPS):
        node = screen.press_key("Tab")
        if node is None or node in seen:
            break
        seen.append(node)
        names.append(name_of(node) or "?")
        # a list has one place in the order: its rows are come by with the arrows
        while node.get_role() == Atspi.Role.LIST_ITEM and not is_last(node):
            node = screen.press_key("Down")
            if node is None or node in seen:
                break
            seen.append(node)
            names.append(name_of(node) or "?")
    return names


for number, (page, *wanted) in enumerate(PAGES, 1):
    screen.type("", "ctrl+%d" % number)
    good = screen.until(lambda p=page: (p, True) in screen.tabs())
    report("Ctrl-%d chooses the page %s, and a screen reader is told" % (number, page), good, screen.tabs())
    names = walk()
    report("... all of it is come by with the keyboard", all(name in names for name in wanted), names)
    report("... and what has the keyboard has a name", names and "?" not in names, names)

# ---- a tab is chosen with the arrows, a row with Enter ----
screen.type("", "ctrl+1")
screen.until(lambda: ("My certificates", True) in screen.tabs())
for _ in range(STEPS):
    tab = screen.press_key("Tab")
    if tab.get_role() == Atspi.Role.PAGE_TAB:
        break
for _ in range(3):  # from whichever had it last
    if name_of(tab) != "Change a PIN":
        tab = screen.press_key("Right" if name_of(tab) == "My certificates" else "Left", 20) or tab
screen.type("", "space")
good = screen.until(lambda: ("Change a PIN", True) in screen.tabs())
report("a tab is chosen with the arrows and the space bar", good, screen.tabs())
for _ in range(STEPS):
    node = screen.press_key("Tab")
    if name_of(node) == "user authentication certificate":
        break
screen.type("", "Return")
screen.shows("a row does with Enter what its button does", "4-digit PIN for user authentication")
screen.type("", "Escape")
screen.gone("... and the dialog is left with Escape", "4-digit PIN for user authentication")
report("told to end, it ends well", screen.end() == 0)
finish()
