# SPDX-License-Identifier: BSD-2-Clause
"""Light, dark, of high contrast, and with large letters: each look is one, and what is there can be read in it.

Read off the screen as an eye would, by tesseract: the accessibility tree has the words in any colour."""

import os
import shutil
import subprocess

from screen import Atspi, PATIENCE, Screen, attempt, finish, report, work

BIG = 192  # dots per inch for letters of twice the size
DARK, CONTRAST = {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}, {"ADW_DEBUG_HIGH_CONTRAST": "1"}
# Its name, what libadwaita is told, the letters, and how bright the screen is on the average, of 1.
LOOKS = (
    ("light", {}, 96, (0.7, 1)),
    ("dark", DARK, 96, (0, 0.3)),
    ("light with high contrast", CONTRAST, 96, (0.7, 1)),
    ("dark with high contrast", DARK | CONTRAST, 96, (0, 0.3)),
    ("light with large letters", {}, BIG, (0.7, 1)),
    ("dark with large letters", DARK, BIG, (0, 0.3)),
)
BUTTON = "Check validity: user authentication certificate"
# Of the first page as it opens, also where letters are large: of a button above, of a heading, of a row.
WORDS = ("Change a PIN", "User authentication", "Certificate")


def letters(size):
    subprocess.run(
        ["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi: %d" % size], check=True
    )


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout


def brightness(path):
    return float(output("convert", path, "-colorspace", "Gray", "-format", "%[fx:mean]", "info:"))


def read_off(path):
    """Tesseract wants dark letters, some thirty dots high."""
    upside = ["-negate"] if brightness(path) < 0.5 else []
    output("convert", path, "-colorspace", "Gray", *upside, "-resize", "250%", path + ".read.png")
    return " ".join(output("tesseract", path + ".read.png", "-", "--psm", "11").split())


def height(node):
    return attempt(lambda: Atspi.Component.get_extents(node.get_component_iface(), Atspi.CoordType.WINDOW).height, 0)


def look(name, said, size, bright):
    """How high a line is in it."""
    os.environ.update(said)
    letters(size)
    screen = Screen("C.UTF-8")
    screen.until(lambda: screen.find(BUTTON))
    path = work + "/look.png"
    text = ""

    def readable():
        nonlocal text
        screen.picture(path)
        text = read_off(path)
        return all(word in text for word in WORDS)

    report("%s: what is there can be read" % name, screen.until(readable), text)
    report("%s: it is" % name, bright[0] <= brightness(path) <= bright[1], brightness(path))
    label = screen.until(lambda: [n for n in screen.nodes() if attempt(n.get_role) == Atspi.Role.LABEL])
    high = min(filter(None, map(height, label or [])), default=0)
    report("%s: told to end, it ends well" % name, screen.end() == 0)
    letters(96)
    for variable in said:
        del os.environ[variable]
    return high


if shutil.which("tesseract"):
    heights = {}
    for one in LOOKS:
        heights[one[0]] = look(*one)
    large, usual = heights["light with large letters"], heights["light"]
    report("large letters are large", usual > 0 and large > 1.7 * usual, "%d and %d" % (large, usual))
else:
    print("skip desktop/looks: tesseract is not here", flush=True)
finish()
