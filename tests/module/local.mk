# SPDX-License-Identifier: BSD-2-Clause
# The module as programs see it, over the simulated card and the stand-in libpcsclite. Each test
# starts itself anew under "jpki-card-sim run" (tests/module/harness.h).
AM_TESTS_ENVIRONMENT = JPKI_BUILD='$(abs_top_builddir)'; export JPKI_BUILD; \
	. '$(abs_top_srcdir)/tests/alone.sh';
EXTRA_DIST += tests/alone.sh

card_libraries += tests/libharness.la
tests_libharness_la_SOURCES = tests/module/harness.c tests/module/harness.h
tests_libharness_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(PCSC_CFLAGS)
tests_libharness_la_LIBADD = src/sim/libsim-control.la $(CMOCKA_LIBS) $(OPENSSL_LIBS) \
	$(JANSSON_LIBS) $(PCSC_LIBS)

harness_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) $(OPENSSL_CFLAGS) \
	$(JANSSON_CFLAGS)
harness_libs = tests/libharness.la

card_tests += \
	tests/module/agent \
	tests/module/digest \
	tests/module/first \
	tests/module/hostile \
	tests/module/interface \
	tests/module/objects \
	tests/module/pin \
	tests/module/probe \
	tests/module/settings \
	tests/module/sign \
	tests/module/slots \
	tests/module/threads

tests_module_agent_CPPFLAGS = $(harness_cppflags)
tests_module_agent_SOURCES = tests/module/agent.c tests/module/agent-stub.c tests/module/agent-stub.h
tests_module_agent_LDADD = $(harness_libs)
tests_module_digest_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_digest_LDADD = $(harness_libs) $(PCSC_LIBS)
tests_module_first_CPPFLAGS = $(harness_cppflags)
tests_module_first_LDADD = $(harness_libs)
tests_module_hostile_CPPFLAGS = $(harness_cppflags)
tests_module_hostile_LDADD = $(harness_libs)
tests_module_interface_CPPFLAGS = $(harness_cppflags)
tests_module_interface_LDADD = $(harness_libs)
tests_module_objects_CPPFLAGS = $(harness_cppflags)
tests_module_objects_LDADD = $(harness_libs)
tests_module_pin_CPPFLAGS = $(harness_cppflags)
tests_module_pin_LDADD = $(harness_libs)
tests_module_probe_CPPFLAGS = $(harness_cppflags)
tests_module_probe_LDADD = $(harness_libs)
tests_module_settings_CPPFLAGS = $(harness_cppflags)
tests_module_settings_LDADD = $(harness_libs)
tests_module_sign_CPPFLAGS = $(harness_cppflags)
tests_module_sign_LDADD = $(harness_libs)
tests_module_slots_CPPFLAGS = $(harness_cppflags)
tests_module_slots_LDADD = $(harness_libs)
tests_module_threads_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_threads_LDADD = $(harness_libs) $(PCSC_LIBS)

# Rules that need no card.
unit_tests += tests/unit/apdu tests/unit/sw tests/unit/pin tests/unit/prompt

tests_unit_sw_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_sw_SOURCES = tests/unit/sw.c src/card/sw.c
tests_unit_sw_LDADD = $(CMOCKA_LIBS)
tests_unit_apdu_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_apdu_SOURCES = tests/unit/apdu.c src/card/apdu.c
tests_unit_apdu_LDADD = $(CMOCKA_LIBS)
tests_unit_pin_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(NETTLE_CFLAGS)
tests_unit_pin_SOURCES = tests/unit/pin.c src/token/pin.c src/token/refused.c src/token/digest.c src/token/layout.c \
	src/base/bytes.c src/base/secret.c
tests_unit_pin_LDADD = $(CMOCKA_LIBS) $(NETTLE_LIBS) $(GMP_LIBS)

# The reader layer over the real libpcsclite, with something of the test's own in pcscd's place.
unit_tests += tests/unit/pcsc
tests_unit_pcsc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(PCSC_CFLAGS)
tests_unit_pcsc_SOURCES = tests/unit/pcsc.c src/reader/pcsc.c src/base/log.c
tests_unit_pcsc_LDADD = $(CMOCKA_LIBS) $(PCSC_LIBS)

# The cards of all module tests, made once: each test works on a copy.
module_cards = adult alias child opted-out phone juki foreign \
	cert-random-bytes-auth cert-random-bytes-sign \
	cert-length-past-end-auth cert-length-past-end-sign \
	key-rsa1024-auth key-rsa1024-sign key-ec-auth key-ec-sign
if CARD_TESTS
check_DATA = tests/cards.stamp
endif
tests/cards.stamp: src/sim/jpki-card-sim
	$(AM_V_GEN)rm -rf tests/cards $@ && for card in $(module_cards); do \
		src/sim/jpki-card-sim --state tests/cards make $$card >/dev/null || exit 1; \
	done && touch $@
CLEANFILES += tests/cards.stamp
clean-local:
	rm -rf tests/cards tests/home
tests_unit_prompt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_prompt_SOURCES = tests/unit/prompt.c tests/module/agent-stub.c tests/module/agent-stub.h \
	src/token/line.c
tests_unit_prompt_LDADD = src/prompt/libprompt.la src/base/libbase.la $(CMOCKA_LIBS)
