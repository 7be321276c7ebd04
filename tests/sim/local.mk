# SPDX-License-Identifier: BSD-2-Clause
# The simulated card and its certification authorities, without the module.
card_tests += tests/sim/card-files tests/sim/card-pins tests/sim/card-signatures \
	tests/sim/card-switches tests/sim/card-folder tests/sim/pki-certificates \
	tests/sim/pki-people tests/sim/store
card_libraries += tests/libsim-help.la
tests_libsim_help_la_SOURCES = tests/sim/card-help.c tests/sim/card-help.h tests/sim/pki-help.c \
	tests/sim/pki-help.h
tests_libsim_help_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) \
	$(JANSSON_CFLAGS) $(CMOCKA_CFLAGS)
tests_libsim_help_la_LIBADD = src/sim/libsim-card.la $(OPENSSL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_sim_card_files_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_card_files_LDADD = tests/libsim-help.la
tests_sim_card_pins_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_card_pins_LDADD = tests/libsim-help.la
tests_sim_card_signatures_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_card_signatures_LDADD = tests/libsim-help.la
tests_sim_card_switches_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_card_switches_LDADD = tests/libsim-help.la
tests_sim_card_folder_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_card_folder_LDADD = tests/libsim-help.la
tests_sim_pki_certificates_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_pki_certificates_LDADD = tests/libsim-help.la
tests_sim_pki_people_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_pki_people_LDADD = tests/libsim-help.la
tests_sim_store_CPPFLAGS = $(tests_libsim_help_la_CPPFLAGS)
tests_sim_store_LDADD = tests/libsim-help.la

# The stand-in libpcsclite: PC/SC as pcsc-lite has it, faults, what a trace shows.
card_tests += tests/sim/pcsc-sharing tests/sim/pcsc-readers tests/sim/pcsc-faults \
	tests/sim/pcsc-trace
card_libraries += tests/libpcsc-help.la
tests_libpcsc_help_la_SOURCES = tests/sim/pcsc-help.c tests/sim/pcsc-help.h
tests_libpcsc_help_la_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS) $(JANSSON_CFLAGS) $(CMOCKA_CFLAGS)
tests_libpcsc_help_la_LIBADD = src/sim/libsim-control.la $(JANSSON_LIBS) $(CMOCKA_LIBS) \
	$(PCSC_LIBS) -lpthread
tests_sim_pcsc_sharing_CPPFLAGS = $(tests_libpcsc_help_la_CPPFLAGS)
tests_sim_pcsc_sharing_LDADD = tests/libpcsc-help.la
tests_sim_pcsc_readers_CPPFLAGS = $(tests_libpcsc_help_la_CPPFLAGS)
tests_sim_pcsc_readers_LDADD = tests/libpcsc-help.la
tests_sim_pcsc_faults_CPPFLAGS = $(tests_libpcsc_help_la_CPPFLAGS)
tests_sim_pcsc_faults_LDADD = tests/libpcsc-help.la
tests_sim_pcsc_trace_CPPFLAGS = $(tests_libpcsc_help_la_CPPFLAGS)
tests_sim_pcsc_trace_LDADD = tests/libpcsc-help.la

# Its command line and its other doors.
dist_check_SCRIPTS = tests/sim/doors-input.sh
card_scripts += tests/sim/doors-input.sh
card_tests += tests/sim/qemu tests/sim/vpcd
tests_sim_qemu_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(CMOCKA_CFLAGS)
tests_sim_qemu_LDADD = src/sim/libsim-control.la $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_sim_vpcd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_sim_vpcd_LDADD = $(CMOCKA_LIBS)
