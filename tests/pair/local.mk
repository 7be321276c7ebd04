# SPDX-License-Identifier: BSD-2-Clause
# Several programs on one card, for tests/pcscd/two-programs.sh: they need a running pcscd.
card_programs += tests/pair/pair
tests_pair_pair_SOURCES = tests/pair/pair.c tests/pair/program.c tests/pair/program.h tests/pair/steps.c \
	tests/pair/steps.h tests/pair/raw.c
tests_pair_pair_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_pair_pair_LDADD = $(harness_libs) $(PCSC_LIBS)

# A long session of one program, for tests/pcscd/valgrind.sh.
card_programs += tests/pair/session
tests_pair_session_CPPFLAGS = $(harness_cppflags)
tests_pair_session_LDADD = $(harness_libs)

# A program with a constant PIN over NSS or GnuTLS, for tests/pcscd/loops.sh.
check_PROGRAMS += tests/pair/constant
