# SPDX-License-Identifier: BSD-2-Clause
# Where PINs are, and where not: for tests/pcscd and tests/slow.
card_programs += tests/secrets/secrets tests/secrets/client
tests_secrets_secrets_SOURCES = tests/secrets/secrets.c tests/secrets/order.h tests/secrets/scan.c \
	tests/secrets/scan.h
tests_secrets_secrets_CPPFLAGS = $(harness_cppflags)
tests_secrets_secrets_LDADD = $(harness_libs)
tests_secrets_client_SOURCES = tests/secrets/client.c tests/secrets/order.h
tests_secrets_client_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
