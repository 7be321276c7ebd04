# SPDX-License-Identifier: BSD-2-Clause
# Certificates, digests, objects and function lists: each test names the sources it is about.

unit_tests += tests/unit/interface
# These compare with OpenSSL.
card_tests += \
	tests/unit/certificate \
	tests/unit/digest \
	tests/unit/object

OBJECTS_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(OPENSSL_CFLAGS) \
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

# Rules that need no card.
unit_tests += tests/unit/apdu tests/unit/sw tests/unit/pin tests/unit/prompt \
	tests/unit/refused

tests_unit_sw_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_sw_SOURCES = tests/unit/sw.c src/card/sw.c
tests_unit_sw_LDADD = $(CMOCKA_LIBS)
tests_unit_apdu_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_apdu_SOURCES = tests/unit/apdu.c src/card/apdu.c
tests_unit_apdu_LDADD = $(CMOCKA_LIBS)
PIN_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(NETTLE_CFLAGS)
PIN_SOURCES = src/token/pin.c src/token/refused.c src/token/digest.c src/token/layout.c src/base/bytes.c \
	src/base/secret.c
PIN_LIBS = $(CMOCKA_LIBS) $(NETTLE_LIBS) $(GMP_LIBS)
tests_unit_pin_CPPFLAGS = $(PIN_CPPFLAGS)
tests_unit_pin_SOURCES = tests/unit/pin.c $(PIN_SOURCES)
tests_unit_pin_LDADD = $(PIN_LIBS)
tests_unit_refused_CPPFLAGS = $(PIN_CPPFLAGS)
tests_unit_refused_SOURCES = tests/unit/refused.c $(PIN_SOURCES)
tests_unit_refused_LDADD = $(PIN_LIBS)

# The reader layer over the real libpcsclite, with something of the test's own in pcscd's place.
unit_tests += tests/unit/pcsc
tests_unit_pcsc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(PCSC_CFLAGS)
tests_unit_pcsc_SOURCES = tests/unit/pcsc.c src/reader/pcsc.c src/base/log.c
tests_unit_pcsc_LDADD = $(CMOCKA_LIBS) $(PCSC_LIBS)

tests_unit_prompt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_prompt_SOURCES = tests/unit/prompt.c tests/module/agent-stub.c tests/module/agent-stub.h \
	src/token/line.c
tests_unit_prompt_LDADD = src/prompt/libprompt.la src/base/libbase.la $(CMOCKA_LIBS)
