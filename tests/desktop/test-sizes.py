# SPDX-License-Identifier: BSD-2-Clause
"""With letters of twice the size on a screen of 1024x600, in both languages: nothing is cut; nor of the usual size."""

import os
import subprocess

from catalogue import LANGUAGES
from screen import Atspi, Screen, attempt, finish, name_of, report, work

WIDTH, HEIGHT = 1024, 600
SLACK = 8  # frames and rings around what has the keyboard
LAST = "Use the last try?"
LONG = (2, 4)  # pages that end with texts, where no key stops
STEPS = 12  # more than any page has


def place(node):
    """Within its window."""
    return attempt(lambda: Atspi.Component.get_extents(node.get_component_iface(), Atspi.CoordType.WINDOW))


def all_cut(screen):
    """What of the topmost window is, each with why."""
    nodes = screen.nodes()
    frame = place(nodes[0]) if nodes else None
    if frame is None:
        return ["there is no window"]
    cut = ["%s is %dx%d" % (name_of(nodes[0]), frame.width, frame.height)] if (
        frame.width > WIDTH or frame.height > HEIGHT
    ) else []
    scrolled = None
    inside = {}
    for node in nodes:
        above = attempt(node.get_parent)
        scrolled = inside.get(above) or attempt(node.get_role) == Atspi.Role.SCROLL_PANE
        inside[node] = scrolled
        at = place(node)
        if at is None or not screen.is_state(node, Atspi.StateType.SHOWING) or not name_of(node):
            continue
        if at.x < -SLACK or at.x + at.width > frame.width + SLACK:
            cut.append("%s: %d to %d of %d across" % (name_of(node), at.x, at.x + at.width, frame.width))
        if not scrolled and (at.y < -SLACK or at.y + at.height > frame.height + SLACK):
            cut.append("%s: %d to %d of %d down" % (name_of(node), at.y, at.y + at.height, frame.height))
    return cut


def whole(screen, what):
    good = screen.until(lambda: not all_cut(screen))
    report("%s: nothing is cut (%s)" % (what, screen.language), good, "\n".join(all_cut(screen)))


def scrolls_away(node):
    """Whether it is in what scrolls."""
    while node is not None and attempt(node.get_role) != Atspi.Role.SCROLL_PANE:
        node = attempt(node.get_parent)
    return node is not None


def paragraphs(screen):
    """The texts of what scrolls in the dialog on top."""
    return [node for node in screen.nodes() if attempt(node.get_role) == Atspi.Role.LABEL and scrolls_away(node)]


def outside(screen):
    """What of the topmost window's texts stands above and below what is seen: how far."""
    panes = [node for node in screen.nodes() if attempt(node.get_role) == Atspi.Role.SCROLL_PANE]
    seen = [place(node) for node in panes if screen.is_state(node, Atspi.StateType.SHOWING)]
    texts = [place(node) for node in paragraphs(screen) if screen.is_state(node, Atspi.StateType.SHOWING)]
    above = seen[0].y - min(at.y for at in texts)
    return above, max(at.y + at.height for at in texts) - (seen[0].y + seen[0].height)


def to_ends(screen, what):
    """From what has the keyboard, whatever that is."""
    good = screen.until(lambda: outside(screen)[1] > 0)
    report("%s: its end is not seen at once (%s)" % (what, screen.language), good, attempt(lambda: outside(screen)))
    for keys, side in (("Next", 1), ("Prior", 0), ("ctrl+End", 1), ("ctrl+Home", 0)):
        for _ in range(STEPS):
            screen.type("", keys)
            if keys.startswith("ctrl") or screen.until(lambda s=side: outside(screen)[s] <= 0, patience=1):
                break
        good = screen.until(lambda s=side: outside(screen)[s] <= 0, patience=10)
        report("... with %s it is scrolled to (%s)" % (keys, screen.language), good, attempt(lambda: outside(screen)))


def to_row(screen):
    """With Tab, to the first that is in what scrolls."""
    for _ in range(STEPS):
        screen.type("", "Tab")
        if screen.until(lambda: scrolls_away(screen.focused()), patience=1):
            return
    report("a row is come by (%s)" % screen.language, False)


def in_language(language):
    screen = Screen(language)
    say = screen.say
    validity = say.button("Check validity", "user authentication certificate")
    show = say.button("Show the certificate", "digital signature certificate")
    screen.until(lambda: screen.find(validity))
    for page in range(1, 5):
        screen.type("", "ctrl+%d" % page)
        good = screen.until(lambda p=page: screen.tabs()[p - 1][1])
        report("page %d is there (%s)" % (page, language), good, screen.tabs())
        whole(screen, "page %d" % page)
        if page in LONG:
            to_row(screen)
            to_ends(screen, "page %d" % page)
    screen.press(say("Look for the cause"))
    screen.until(lambda: screen.find(say("Reader service")))
    whole(screen, "what doctor finds")
    to_ends(screen, "what doctor finds")
    screen.type("", "Escape")
    screen.type("", "ctrl+1")
    screen.card("tries", "adult", "auth", "1")
    screen.press(say("Look again"))
    screen.shows("the last try is seen (%s)" % language, say("%d of %d tries left", 1, 3))
    screen.press(validity)
    screen.shows("a last try is asked for (%s)" % language, say(LAST), say("Continue"))
    screen.type("12")
    screen.until(lambda: say.many("%d character typed", "%d characters typed", 2) in screen.words())
    whole(screen, "the dialog before a last try")
    ticks = [node for node in screen.nodes() if name_of(node) == say(LAST)]
    report("... its tick is always seen (%s)" % language, ticks and not any(map(scrolls_away, ticks)))
    screen.type("", "Escape")
    screen.until(lambda: not screen.find(say("Continue")))
    screen.press(show)
    screen.until(lambda: screen.find(say("Continue")))
    whole(screen, "the dialog for a password")
    fields = [node for node in screen.nodes() if attempt(node.get_role) == Atspi.Role.PASSWORD_TEXT]
    report("... its field is always seen (%s)" % language, fields and not any(map(scrolls_away, fields)))
    begin = {place(node).x for node in (*fields, *paragraphs(screen))}
    report("... and begins where the text above it does (%s)" % language, len(begin) == 1, begin)
    screen.type("ABC123")
    screen.until(lambda: screen.is_usable(screen.find(say("Continue"))))
    screen.type("", "Return")
    screen.shows("a certificate is shown (%s)" % language, "SHA-256")
    whole(screen, "a certificate")
    report("told to end, it ends well (%s)" % language, screen.end() == 0)


def hidden(screen):
    """What of the topmost window is seen only after scrolling."""
    nodes = screen.nodes()
    panes = [place(node) for node in nodes if attempt(node.get_role) == Atspi.Role.SCROLL_PANE]
    labels = [node for node in nodes if attempt(node.get_role) == Atspi.Role.LABEL]
    return [
        name_of(label)
        for label in labels
        for pane, at in ((pane, place(label)) for pane in panes if pane)
        if at and at.x < pane.x + pane.width and pane.y <= at.y < pane.y + pane.height < at.y + at.height
    ]


def ends(screen, names):
    """How far below what is seen of the topmost window each of these ends."""
    nodes = screen.nodes()
    panes = [place(node) for node in nodes if attempt(node.get_role) == Atspi.Role.SCROLL_PANE]
    bottom = min((pane.y + pane.height for pane in panes if pane), default=0)
    labels = [node for node in nodes if name_of(node) in names and attempt(node.get_role) == Atspi.Role.LABEL]
    return [at.y + at.height - bottom for at in map(place, labels) if at]


def answer_of_verify(screen, document):
    """Who signed, and whether it is as it was signed."""
    screen.type("", "ctrl+3")
    screen.press("Sign with the password")
    screen.until(lambda: screen.asks("password for digital signature (6 to 16 characters)"))
    screen.type("ABC123")
    screen.type("", "Return")
    screen.shows("a file is signed", "The signature is in %s.p7s." % document)
    screen.type("", "Escape")
    screen.press("Verify the signature")
    screen.shows("its signature is verified", "it fits: not a bit has changed", "Birth date")
    names = [name_of(node) for node in screen.nodes()]
    wanted = [name for name in names if name.startswith(("intact", "it fits: "))]
    for label in ("Name", "Address"):
        wanted += [label, names[len(names) - names[::-1].index(label)]]
    good = screen.until(lambda: ends(screen, wanted) and max(ends(screen, wanted)) <= 0)
    report("whether it fits and who signed is seen without scrolling", good, (wanted, ends(screen, wanted)))
    screen.type("", "Escape")
    screen.rests()
    os.unlink(document + ".p7s")


def in_ordinary_letters():
    document = work + "/application form.pdf"
    with open(document, "w", encoding="ascii") as file:
        file.write("%PDF-1.4\n")
    screen = Screen("C.UTF-8", arguments=(document,))
    answer_of_verify(screen, document)
    screen.type("", "ctrl+1")
    screen.press("Check validity: user authentication certificate")
    screen.shows("a PIN is asked for", "3 of 3 tries left", "Continue")
    screen.type("12")
    screen.shows("its shape is told", "this PIN has exactly 4 digits")
    good = screen.until(lambda: screen.nodes() and not hidden(screen))
    report("all that is said of a PIN is seen without scrolling", good, "\n".join(hidden(screen)))
    screen.type("", "Escape")
    screen.rests()
    screen.card("tries", "adult", "sign", "1")
    screen.type("", "F5")
    screen.shows("the last try is seen", "1 of 5 tries left")
    screen.type("", "ctrl+3")
    screen.press("Sign with the password")
    screen.shows("a last try is asked for", "Use the last try?", "PDF", document)
    good = screen.until(lambda: screen.nodes() and not hidden(screen))
    report("all that is said before it, of a PDF, is seen without scrolling", good, "\n".join(hidden(screen)))
    screen.type("", "Escape")
    screen.card("tries", "adult", "sign", "5")  # as whoever comes next has it
    report("told to end, it ends well", screen.end() == 0)


def letters(size):
    """As the desktop's settings have them, for programs started from here on."""
    subprocess.run(
        ["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi: %d" % size], check=True
    )


in_ordinary_letters()
letters(192)
try:
    for one in LANGUAGES:
        in_language(one)
finally:
    letters(96)
finish()
