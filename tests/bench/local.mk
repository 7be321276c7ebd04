# SPDX-License-Identifier: BSD-2-Clause
# What the module costs, printed by "make bench"; module/budget holds it to these steps.

# Not part of "make check": times depend on what else the machine does.
EXTRA_PROGRAMS = tests/bench/bench
CLEANFILES += tests/bench/bench
tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/minimal.c tests/bench/minimal.h \
	tests/bench/steps.c tests/bench/steps.h
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(PCSC_CFLAGS) \
	$(JANSSON_CFLAGS)
tests_bench_bench_LDADD = src/sim/libsim-control.la $(PCSC_LIBS) $(JANSSON_LIBS) -ldl
EXTRA_DIST += tests/bench/bench.sh tests/bench/pcscd.sh doc/BENCHMARKS.md

bench: tests/bench/bench jpki-pkcs11.la src/sim/jpki-card-sim src/sim/standin/libpcsclite.so.1
	@$(top_srcdir)/tests/bench/bench.sh $(top_builddir)
