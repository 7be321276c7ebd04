# SPDX-License-Identifier: BSD-2-Clause
# Process life: what tests/pcscd runs, and what module/life and fork, and others, need of it.
card_libraries += tests/liblife.la tests/life/destructor.la
tests_liblife_la_SOURCES = tests/life/sign.c tests/life/sign.h
tests_liblife_la_CPPFLAGS = $(harness_cppflags)

# A library as others load it (-rpath makes libtool build a shared one; it is not installed).
tests_life_destructor_la_SOURCES = tests/life/destructor.c
tests_life_destructor_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_life_destructor_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

card_programs += tests/life/life
tests_life_life_CPPFLAGS = $(harness_cppflags)
tests_life_life_LDADD = tests/liblife.la $(harness_libs)
