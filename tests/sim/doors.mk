# SPDX-License-Identifier: BSD-2-Clause
# The doors of jpki-card-sim: PC/SC as pcsc-lite has it, faults, bad input.
card_tests += tests/sim/doors
tests_sim_doors_SOURCES = tests/sim/doors.c
tests_sim_doors_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS) $(JANSSON_CFLAGS) $(CMOCKA_CFLAGS)
tests_sim_doors_LDADD = src/sim/libsim-control.la src/sim/libsim-card.la \
	$(JANSSON_LIBS) $(CMOCKA_LIBS) $(PCSC_LIBS) -lpthread
dist_check_SCRIPTS = tests/sim/doors-input.sh
card_scripts += tests/sim/doors-input.sh

card_tests += tests/sim/qemu
tests_sim_qemu_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(CMOCKA_CFLAGS)
tests_sim_qemu_LDADD = src/sim/libsim-control.la src/sim/libsim-card.la $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)

card_tests += tests/sim/vpcd
tests_sim_vpcd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_sim_vpcd_LDADD = $(CMOCKA_LIBS)
