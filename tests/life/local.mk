# SPDX-License-Identifier: BSD-2-Clause
# Process life, threads and load, secrets. The module's life has tests of its own under make check;
# tests/slow and tests/pcscd run these programs too.
card_libraries += tests/liblife.la tests/life/destructor.la
tests_liblife_la_SOURCES = tests/life/sign.c tests/life/sign.h
tests_liblife_la_CPPFLAGS = $(harness_cppflags)

# A library as others load it (-rpath makes libtool build a shared one; it is not installed).
tests_life_destructor_la_SOURCES = tests/life/destructor.c
tests_life_destructor_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_life_destructor_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

card_programs += tests/life/life
card_tests += tests/module/life
tests_life_life_CPPFLAGS = $(harness_cppflags)
tests_life_life_LDADD = tests/liblife.la $(harness_libs)

# The test's own pthread_mutex_init has to be the one that the module calls.
tests_module_life_CPPFLAGS = $(harness_cppflags)
tests_module_life_LDADD = tests/liblife.la $(harness_libs)
tests_module_life_LDFLAGS = -export-dynamic

card_programs += tests/module/churn tests/module/load tests/module/tsan-race
tests_module_churn_CPPFLAGS = $(harness_cppflags)
tests_module_churn_LDADD = $(harness_libs)
tests_module_load_CPPFLAGS = $(harness_cppflags)
tests_module_load_LDADD = tests/liblife.la $(harness_libs)
tests_module_tsan_race_CPPFLAGS = $(AM_CPPFLAGS)

card_programs += tests/secrets/secrets tests/secrets/client
tests_secrets_secrets_SOURCES = tests/secrets/secrets.c tests/secrets/order.h tests/secrets/scan.c \
	tests/secrets/scan.h
tests_secrets_secrets_CPPFLAGS = $(harness_cppflags)
tests_secrets_secrets_LDADD = $(harness_libs)
tests_secrets_client_SOURCES = tests/secrets/client.c tests/secrets/order.h
tests_secrets_client_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
