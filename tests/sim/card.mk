# SPDX-License-Identifier: BSD-2-Clause
# The simulated card and its certification authorities, without the module.
card_tests += tests/sim/card tests/sim/card-pki

tests_sim_card_SOURCES = tests/sim/card.c tests/sim/card-help.c tests/sim/card-help.h
tests_sim_card_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) \
	$(CMOCKA_CFLAGS)
tests_sim_card_LDADD = src/sim/libsim-card.la $(OPENSSL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

tests_sim_card_pki_SOURCES = tests/sim/card-pki.c tests/sim/card-help.c tests/sim/card-help.h
tests_sim_card_pki_CPPFLAGS = $(tests_sim_card_CPPFLAGS)
tests_sim_card_pki_LDADD = $(tests_sim_card_LDADD)
