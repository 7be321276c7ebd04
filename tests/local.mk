# SPDX-License-Identifier: BSD-2-Clause
# The tests: the fast suite is TESTS (make check). Each folder of tests adds to these, and what can be
# built here is taken from them at the end.
unit_tests = # with cmocka
holder_tests = # with cmocka and the holder library
card_tests = # with cmocka and the simulated card
card_programs = # likewise, for others than make check
card_libraries =
card_scripts = # with the simulated card
tool_tests = # with cmocka, the simulated card and jpki-tool
tool_scripts = # with the last two
tool_replays = # with jpki-tool

include tests/unit/local.mk
include tests/module/local.mk
include tests/sim/local.mk
include tests/bench/local.mk
include tests/life/local.mk
include tests/secrets/local.mk
include tests/faults/local.mk
include tests/pair/local.mk
include tests/holder/local.mk
include tests/agent/local.mk
include tests/tool/local.mk
include tests/fuzz/local.mk

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
if TOOL
check_PROGRAMS += $(holder_tests)
TESTS += $(holder_tests)
endif
endif
if CARD_TESTS
check_LTLIBRARIES += $(card_libraries)
check_PROGRAMS += $(card_tests) $(card_programs)
TESTS += $(card_tests)
endif
if TOOL_TESTS
check_PROGRAMS += $(tool_tests)
TESTS += $(tool_tests)
endif
if SIMULATOR
TESTS += $(card_scripts)
if TOOL
TESTS += $(tool_scripts)
endif
endif
if TOOL
check_PROGRAMS += $(tool_replays)
TESTS += $(tool_replays)
endif

# A suite that is not whole says so, last of all (./run-tests reads it).
all_tests = $(TESTS) $(unit_tests) $(holder_tests) $(card_tests) $(card_scripts) $(tool_tests) $(tool_scripts) \
	$(tool_replays)
check-local: check-TESTS
	@test -z '$(tests_without)' || echo 'make check: $(words $(sort $(TESTS))) of' \
		'$(words $(sort $(all_tests))) test programs ran: this was configured without' \
		'$(tests_without).'

# What ./run-tests runs beside make check.
EXTRA_DIST += tests/pcscd tests/desktop tests/slow tests/machine tests/packages.txt tests/install-packages tests/debian-root.sh tests/debs.sh tests/results.sh \
	tests/check-exports.sh tests/check-format.sh tests/check-layers.sh tests/check-run-tests.sh tests/check-static.sh \
	tests/cppcheck-suppressions.txt tests/check-completion.sh tests/check-pages.sh \
	tests/check-clients.sh tests/clients doc/clients doc/CLIENTS.md \
	doc/services doc/SERVICES.md doc/SERVICES.ja.md \
	doc/REAL-CARDS.md doc/REAL-CARDS.ja.md SECURITY.md
