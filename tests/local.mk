# SPDX-License-Identifier: BSD-2-Clause
# The tests: the fast suite is TESTS (make check).
include tests/objects.mk
include tests/module.mk
include tests/sim-card.mk
include tests/bench.mk
include tests/sim-doors.mk
include tests/life.mk
include tests/faults.mk
include tests/pair.mk
include tests/tool.mk
include tests/fuzz.mk

# What ./run-tests runs beside make check.
EXTRA_DIST += tests/pcscd tests/slow tests/packages.txt tests/install-packages tests/debian-root.sh \
	tests/check-exports.sh tests/check-layers.sh tests/check-run-tests.sh tests/check-static.sh \
	tests/cppcheck-suppressions.txt tests/check-completion.sh tests/check-pages.sh \
	tests/check-clients.sh tests/clients doc/clients doc/CLIENTS.md \
	doc/services doc/SERVICES.md doc/SERVICES.ja.md
