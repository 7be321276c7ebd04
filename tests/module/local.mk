# SPDX-License-Identifier: BSD-2-Clause
# The module as programs see it, over the simulated card and the stand-in libpcsclite. Each test
# starts itself anew under "jpki-card-sim run" (tests/module/harness.h).
AM_TESTS_ENVIRONMENT = JPKI_BUILD='$(abs_top_builddir)'; export JPKI_BUILD; \
	. '$(abs_top_srcdir)/tests/alone.sh';
EXTRA_DIST += tests/alone.sh

card_libraries += tests/libharness.la
tests_libharness_la_SOURCES = tests/module/harness.c tests/module/harness.h \
	tests/module/case.c tests/module/case.h
tests_libharness_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(PCSC_CFLAGS)
tests_libharness_la_LIBADD = src/sim/libsim-control.la $(CMOCKA_LIBS) $(OPENSSL_LIBS) \
	$(JANSSON_LIBS) $(PCSC_LIBS)

harness_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) $(OPENSSL_CFLAGS) \
	$(JANSSON_CFLAGS)
harness_libs = tests/libharness.la

card_tests += \
	tests/module/agent \
	tests/module/agent-burst \
	tests/module/budget \
	tests/module/cards \
	tests/module/digest \
	tests/module/events \
	tests/module/first \
	tests/module/fork \
	tests/module/held \
	tests/module/hostile \
	tests/module/hotplug \
	tests/module/interface \
	tests/module/life \
	tests/module/login \
	tests/module/objects \
	tests/module/pin \
	tests/module/probe \
	tests/module/pss \
	tests/module/set-pin \
	tests/module/settings \
	tests/module/sign \
	tests/module/slots \
	tests/module/swapped \
	tests/module/threads

agent_case = tests/module/agent-case.c tests/module/agent-case.h tests/module/agent-stub.c tests/module/agent-stub.h
tests_module_agent_CPPFLAGS = $(harness_cppflags)
tests_module_agent_SOURCES = tests/module/agent.c $(agent_case)
tests_module_agent_LDADD = $(harness_libs)
tests_module_agent_burst_CPPFLAGS = $(harness_cppflags)
tests_module_agent_burst_SOURCES = tests/module/agent-burst.c $(agent_case)
tests_module_agent_burst_LDADD = $(harness_libs)
tests_module_budget_CPPFLAGS = $(harness_cppflags)
tests_module_budget_SOURCES = tests/module/budget.c tests/bench/steps.c tests/bench/steps.h
tests_module_budget_LDADD = $(harness_libs)
tests_module_digest_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_digest_LDADD = $(harness_libs) $(PCSC_LIBS)
tests_module_events_CPPFLAGS = $(harness_cppflags)
tests_module_events_SOURCES = tests/module/events.c tests/module/two-readers.c tests/module/two-readers.h
tests_module_events_LDADD = $(harness_libs)
tests_module_first_CPPFLAGS = $(harness_cppflags)
tests_module_first_LDADD = $(harness_libs)
# The test's own pthread_mutex_init has to be the one that the module calls.
tests_module_fork_CPPFLAGS = $(harness_cppflags)
tests_module_fork_LDADD = tests/liblife.la $(harness_libs)
tests_module_fork_LDFLAGS = -export-dynamic
tests_module_held_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_held_SOURCES = tests/module/held.c tests/module/two-readers.c tests/module/two-readers.h
tests_module_held_LDADD = $(harness_libs) $(PCSC_LIBS)
tests_module_hostile_CPPFLAGS = $(harness_cppflags)
tests_module_hostile_LDADD = $(harness_libs)
tests_module_hotplug_CPPFLAGS = $(harness_cppflags)
tests_module_hotplug_SOURCES = tests/module/hotplug.c tests/module/two-readers.c tests/module/two-readers.h
tests_module_hotplug_LDADD = $(harness_libs)
tests_module_interface_CPPFLAGS = $(harness_cppflags)
tests_module_interface_LDADD = $(harness_libs)
tests_module_life_CPPFLAGS = $(harness_cppflags)
tests_module_life_LDADD = tests/liblife.la $(harness_libs)
tests_module_login_CPPFLAGS = $(harness_cppflags)
tests_module_login_SOURCES = tests/module/login.c tests/module/attempt.c tests/module/attempt.h
tests_module_login_LDADD = $(harness_libs)
tests_module_objects_CPPFLAGS = $(harness_cppflags)
tests_module_objects_LDADD = $(harness_libs)
tests_module_pin_CPPFLAGS = $(harness_cppflags)
tests_module_pin_SOURCES = tests/module/pin.c tests/module/attempt.c tests/module/attempt.h
tests_module_pin_LDADD = $(harness_libs)
tests_module_probe_CPPFLAGS = $(harness_cppflags)
tests_module_probe_LDADD = $(harness_libs)
tests_module_pss_CPPFLAGS = $(harness_cppflags)
tests_module_pss_SOURCES = tests/module/pss.c tests/module/signing.c tests/module/signing.h
tests_module_pss_LDADD = $(harness_libs)
tests_module_set_pin_CPPFLAGS = $(harness_cppflags)
tests_module_set_pin_SOURCES = tests/module/set-pin.c tests/module/attempt.c tests/module/attempt.h
tests_module_set_pin_LDADD = $(harness_libs)
tests_module_settings_CPPFLAGS = $(harness_cppflags)
tests_module_settings_LDADD = $(harness_libs)
tests_module_sign_CPPFLAGS = $(harness_cppflags)
tests_module_sign_SOURCES = tests/module/sign.c tests/module/signing.c tests/module/signing.h
tests_module_sign_LDADD = $(harness_libs)
slots_case = tests/module/slots-case.c tests/module/slots-case.h
tests_module_cards_CPPFLAGS = $(harness_cppflags)
tests_module_cards_SOURCES = tests/module/cards.c $(slots_case)
tests_module_cards_LDADD = $(harness_libs)
tests_module_slots_CPPFLAGS = $(harness_cppflags)
tests_module_slots_SOURCES = tests/module/slots.c $(slots_case)
tests_module_slots_LDADD = $(harness_libs)
tests_module_swapped_CPPFLAGS = $(harness_cppflags)
tests_module_swapped_SOURCES = tests/module/swapped.c tests/module/two-readers.c tests/module/two-readers.h
tests_module_swapped_LDADD = $(harness_libs)
tests_module_threads_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_threads_LDADD = $(harness_libs) $(PCSC_LIBS)
# For tests/slow and tests/pcscd.
card_programs += tests/module/churn tests/module/load tests/module/tsan-race
tests_module_churn_CPPFLAGS = $(harness_cppflags)
tests_module_churn_LDADD = $(harness_libs)
tests_module_load_CPPFLAGS = $(harness_cppflags)
tests_module_load_LDADD = tests/liblife.la $(harness_libs)
tests_module_tsan_race_CPPFLAGS = $(AM_CPPFLAGS)

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
