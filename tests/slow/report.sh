#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What jpki-tool report tells of a card with each value of each switch, and with pairs of them, and that
# a card made like it does the same; of every ready-made person nothing personal (tests/tool/report.sh).
# JPKI_BUILD is the build folder. Takes some four minutes.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/alone.sh"
exec sh "$top/tests/tool/report.sh" all
