# What a card holder can do with the card: a library that knows no screen. Programs stand on it.
holder_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(OPENSSL_CFLAGS)

noinst_LTLIBRARIES += src/holder/libholder.la
src_holder_libholder_la_CPPFLAGS = $(holder_cppflags) -DPKCS11DIR='"$(pkcs11dir)"'
src_holder_libholder_la_SOURCES = \
	src/holder/authority.c src/holder/authority.h \
	src/holder/certificate.c src/holder/certificate.h \
	src/holder/cms.c src/holder/cms.h \
	src/holder/dates.c src/holder/dates.h \
	src/holder/help.c src/holder/help.h \
	src/holder/key.h \
	src/holder/module.c src/holder/module.h \
	src/holder/outcome.c src/holder/outcome.h \
	src/holder/person.h \
	src/holder/personal.c src/holder/personal.h \
	src/holder/pin.c src/holder/pin.h \
	src/holder/proof.c src/holder/proof.h \
	src/holder/secret.c src/holder/secret.h \
	src/holder/session.c src/holder/session.h \
	src/holder/signals.c src/holder/signals.h \
	src/holder/signature.c src/holder/signature.h \
	src/holder/signing.c src/holder/signing.h \
	src/holder/text.c src/holder/text.h \
	src/holder/validity.c src/holder/validity.h
