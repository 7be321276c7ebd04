# SPDX-License-Identifier: BSD-2-Clause
"""For make bench: how long until the window stands, beside a bare one.

It prints and judges nothing: times depend on what else the machine does."""

import os
import statistics
import subprocess
import sys
import time

from screen import build, work

ROUNDS = 15
here = os.path.dirname(os.path.abspath(__file__))
flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libadwaita-1"], capture_output=True, text=True, check=True)
bare = work + "/bare"
subprocess.run(["cc", "-O2", "-o", bare, here + "/start.c", *flags.stdout.split()], check=True)
card = [build + "/src/sim/jpki-card-sim", "run", "--card", "adult", "--"]


def start(command, title):
    """Milliseconds until a window of that title is on the screen."""
    began = time.monotonic()
    program = subprocess.Popen(command, env=dict(os.environ, LC_ALL="C.UTF-8"), stderr=subprocess.DEVNULL)
    search = ["xdotool", "search", "--onlyvisible", "--name", title]  # its --sync looks twice a second only
    while not subprocess.run(search, capture_output=True, check=False).stdout:
        if program.poll() is not None:
            sys.exit("%s has ended" % command[-1])
    taken = (time.monotonic() - began) * 1000
    program.terminate()
    program.wait()
    return taken


commands = (
    ("a bare window", card + [bare], "^bare$"),
    (
        "jpki-desktop",
        card + [build + "/src/tool/jpki-desktop", "--module", build + "/.libs/jpki-pkcs11.so"],
        "^My Number card$",
    ),
)
# By turns, as what else the machine does comes and goes; each with the simulated card, whose start is in both.
rounds = [[start(command, title) for _, command, title in commands] for _ in range(ROUNDS)]
print("%-38s %10s %10s %10s" % ("Time until a window stands (of %d)" % ROUNDS, "median", "least", "most"))
for (what, _, _), times in zip(commands, zip(*rounds)):
    print("%-38s %7.0f ms %7.0f ms %7.0f ms" % (what, statistics.median(times), min(times), max(times)))
print("%-38s %10.2f" % ("ratio, median of those of each round", statistics.median(two / one for one, two in rounds)))
