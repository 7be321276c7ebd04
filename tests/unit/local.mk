# SPDX-License-Identifier: BSD-2-Clause
# Certificates, digests, objects and function lists: each test names the sources it is about.

unit_tests += tests/unit/interface
# These compare with OpenSSL.
card_tests += \
	tests/unit/certificate \
	tests/unit/digest \
	tests/unit/object

OBJECTS_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS) $(OPENSSL_CFLAGS) \
	$(NETTLE_CFLAGS) $(TASN1_CFLAGS) $(P11KIT_CFLAGS)
OBJECTS_LIBS = $(CMOCKA_LIBS) $(OPENSSL_LIBS) $(NETTLE_LIBS) $(GMP_LIBS) $(TASN1_LIBS)
OBJECTS_MADE = tests/unit/made-certificate.c tests/unit/made-certificate.h src/base/bytes.c

tests_unit_certificate_CPPFLAGS = $(OBJECTS_CPPFLAGS)
tests_unit_certificate_LDADD = $(OBJECTS_LIBS)
tests_unit_certificate_SOURCES = tests/unit/certificate.c $(OBJECTS_MADE) src/token/certificate.c

tests_unit_digest_CPPFLAGS = $(OBJECTS_CPPFLAGS)
tests_unit_digest_LDADD = $(OBJECTS_LIBS)
tests_unit_digest_SOURCES = tests/unit/digest.c $(OBJECTS_MADE) src/base/secret.c \
	src/token/digest.c

tests_unit_interface_CPPFLAGS = $(OBJECTS_CPPFLAGS)
tests_unit_interface_LDADD = $(CMOCKA_LIBS)
tests_unit_interface_SOURCES = tests/unit/interface.c src/p11/function-list.c \
	src/p11/interface.c src/p11/unsupported.c

tests_unit_object_CPPFLAGS = $(OBJECTS_CPPFLAGS)
tests_unit_object_LDADD = $(OBJECTS_LIBS)
tests_unit_object_SOURCES = tests/unit/object.c $(OBJECTS_MADE) src/base/secret.c \
	src/object/attr.c src/object/mechanism.c src/object/object.c src/object/schema.c \
	src/token/certificate.c src/token/digest.c src/token/layout.c
