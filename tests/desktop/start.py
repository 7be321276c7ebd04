# SPDX-License-Identifier: BSD-2-Clause
"""tests/desktop/window.sh tests/desktop/start.py: how long until the window stands, beside a bare one.

It prints and judges nothing: times depend on what else the machine does."""

import os
import statistics
import subprocess
import sys
import time

from screen import build, work

ROUNDS = 7
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


def measure(what, command, title):
    times = [start(command, title) for _ in range(ROUNDS)]
    print("%-40s %5.0f ms (%.0f to %.0f)" % (what, statistics.median(times), min(times), max(times)), flush=True)
    return statistics.median(times)


# Each in the simulated card's environment, whose own start counts for neither alone.
one = measure("a bare window", card + [bare], "^bare$")
two = measure(
    "jpki-desktop",
    card + [build + "/src/tool/jpki-desktop", "--module", build + "/.libs/jpki-pkcs11.so"],
    "^My Number card$",
)
print("ratio %.2f" % (two / one))
