# The modules: each folder is a convenience library, listed from the top of the house down.
pkcs11dir = $(libdir)/pkcs11

noinst_LTLIBRARIES += src/base/libbase.la
src_base_libbase_la_SOURCES = \
	src/base/bytes.c src/base/bytes.h \
	src/base/log.c src/base/log.h \
	src/base/result.c src/base/result.h \
	src/base/secret.c src/base/secret.h \
	src/base/settings.c src/base/settings.h

noinst_LTLIBRARIES += src/reader/libreader.la
src_reader_libreader_la_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
src_reader_libreader_la_SOURCES = \
	src/reader/link.c src/reader/link.h \
	src/reader/pcsc.c src/reader/pcsc.h \
	src/reader/watch.c src/reader/watch.h

noinst_LTLIBRARIES += src/card/libcard.la
src_card_libcard_la_SOURCES = \
	src/card/apdu.c src/card/apdu.h \
	src/card/card.c src/card/card.h \
	src/card/sw.c src/card/sw.h

noinst_LTLIBRARIES += src/token/libtoken.la
src_token_libtoken_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETTLE_CFLAGS) $(TASN1_CFLAGS)
src_token_libtoken_la_SOURCES = \
	src/token/certificate.c src/token/certificate.h \
	src/token/digest.c src/token/digest.h \
	src/token/files.c \
	src/token/layout.c src/token/layout.h \
	src/token/look.c \
	src/token/pin.c src/token/pin.h \
	src/token/present.c \
	src/token/sign.c \
	src/token/state.h \
	src/token/token.c src/token/token.h \
	src/token/work.c

noinst_LTLIBRARIES += src/object/libobject.la
src_object_libobject_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(NETTLE_CFLAGS)
src_object_libobject_la_SOURCES = \
	src/object/attr.c src/object/attr.h \
	src/object/object.c src/object/object.h \
	src/object/schema.c src/object/schema.h

include_HEADERS = include/jpki-pkcs11.h include/pkcs11-v3.h
