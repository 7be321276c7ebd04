# The module as programs see it, over the simulated card and the stand-in libpcsclite. Each test
# starts itself anew under "jpki-card-sim run" (tests/harness.h).
AM_TESTS_ENVIRONMENT = JPKI_BUILD='$(abs_top_builddir)'; export JPKI_BUILD;

if HAVE_CMOCKA
check_LTLIBRARIES += tests/libharness.la
tests_libharness_la_SOURCES = tests/harness.c tests/harness.h src/sim/error.c
tests_libharness_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
tests_libharness_la_LIBADD = src/sim/libsim-control.la $(CMOCKA_LIBS) $(OPENSSL_LIBS) \
	$(JANSSON_LIBS)

harness_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(CMOCKA_CFLAGS) $(OPENSSL_CFLAGS) \
	$(JANSSON_CFLAGS)
harness_libs = tests/libharness.la

module_tests = tests/module-first
check_PROGRAMS += $(module_tests)
TESTS += $(module_tests)

tests_module_first_CPPFLAGS = $(harness_cppflags)
tests_module_first_LDADD = $(harness_libs)
endif
