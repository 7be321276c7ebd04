# SPDX-License-Identifier: BSD-2-Clause
# The modules: each folder is a convenience library, listed from the top of the house down.
pkcs11dir = $(libdir)/pkcs11

noinst_LTLIBRARIES += src/base/libbase.la
src_base_libbase_la_SOURCES = \
	src/base/bytes.c src/base/bytes.h \
	src/base/clock.c src/base/clock.h \
	src/base/fork.c src/base/fork.h \
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
	src/token/line.c src/token/line.h \
	src/token/look.c \
	src/token/pin.c src/token/pin.h \
	src/token/present.c \
	src/token/probe.c src/token/probe.h \
	src/token/refused.c src/token/refused.h \
	src/token/sign.c \
	src/token/state.h \
	src/token/token.c src/token/token.h \
	src/token/work.c

noinst_LTLIBRARIES += src/object/libobject.la
src_object_libobject_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(NETTLE_CFLAGS)
src_object_libobject_la_SOURCES = \
	src/object/attr.c src/object/attr.h \
	src/object/mechanism.c src/object/mechanism.h \
	src/object/object.c src/object/object.h \
	src/object/schema.c src/object/schema.h

# Below the session, above the token whose line it watches.
noinst_LTLIBRARIES += src/prompt/libprompt.la
src_prompt_libprompt_la_SOURCES = \
	include/jpki-agent.h \
	src/prompt/prompt.c src/prompt/prompt.h

include_HEADERS = include/jpki-pkcs11.h include/pkcs11-v3.h

noinst_LTLIBRARIES += src/session/libsession.la
src_session_libsession_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(NETTLE_CFLAGS)
src_session_libsession_la_SOURCES = \
	src/session/digesting.c \
	src/session/access.c src/session/access.h \
	src/session/asking.c src/session/asking.h \
	src/session/login.c \
	src/session/module.c src/session/module.h \
	src/session/objects.c \
	src/session/reader.c src/session/reader.h \
	src/session/rv.c src/session/rv.h \
	src/session/session.c src/session/session.h \
	src/session/signing.c \
	src/session/slot.c src/session/slot.h \
	src/session/variant.h

noinst_LTLIBRARIES += src/p11/libp11.la
src_p11_libp11_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(NETTLE_CFLAGS)
src_p11_libp11_la_SOURCES = \
	src/p11/api.c src/p11/api.h \
	src/p11/digest.c \
	src/p11/entry.h \
	src/p11/function-list.c src/p11/function-list.h \
	src/p11/general.c \
	src/p11/interface.c src/p11/interface.h \
	src/p11/object.c \
	src/p11/session.c \
	src/p11/sign.c \
	src/p11/slot.c \
	src/p11/unsupported.c

# One body of code, three modules: src/p11/variant-*.c is the constant that tells them apart.
module_libs = \
	src/p11/libp11.la \
	src/session/libsession.la \
	src/object/libobject.la \
	src/prompt/libprompt.la \
	src/token/libtoken.la \
	src/card/libcard.la \
	src/reader/libreader.la \
	src/base/libbase.la \
	$(PCSC_LIBS) $(NETTLE_LIBS) $(TASN1_LIBS) $(GMP_LIBS)
# Binding a function at its first call saves the registers on the stack, and with them the end of a PIN
# that was just copied: so all are bound at once (-z now), also where a program loads the module lazily.
module_ldflags = -module -avoid-version -shared -no-undefined -Wl,-z,defs -Wl,-z,now -Wl,--as-needed \
	-export-symbols-regex '^C_Get(FunctionList|Interface|InterfaceList)$$'
module_cppflags = $(AM_CPPFLAGS) $(NETTLE_CFLAGS)

pkcs11_LTLIBRARIES = jpki-pkcs11.la jpki-auth-pkcs11.la jpki-sign-pkcs11.la
jpki_pkcs11_la_SOURCES = src/p11/variant-both.c
jpki_auth_pkcs11_la_SOURCES = src/p11/variant-auth.c
jpki_sign_pkcs11_la_SOURCES = src/p11/variant-sign.c
jpki_pkcs11_la_CPPFLAGS = $(module_cppflags)
jpki_auth_pkcs11_la_CPPFLAGS = $(module_cppflags)
jpki_sign_pkcs11_la_CPPFLAGS = $(module_cppflags)
jpki_pkcs11_la_LIBADD = $(module_libs)
jpki_auth_pkcs11_la_LIBADD = $(module_libs)
jpki_sign_pkcs11_la_LIBADD = $(module_libs)
jpki_pkcs11_la_LDFLAGS = $(module_ldflags)
jpki_auth_pkcs11_la_LDFLAGS = $(module_ldflags)
jpki_sign_pkcs11_la_LDFLAGS = $(module_ldflags)

# PKCS#11 modules are loaded by path; a .la file would only be in the way.
install-data-hook:
	rm -f '$(DESTDIR)$(pkcs11dir)'/jpki-pkcs11.la '$(DESTDIR)$(pkcs11dir)'/jpki-auth-pkcs11.la \
		'$(DESTDIR)$(pkcs11dir)'/jpki-sign-pkcs11.la

uninstall-local:
	rm -f '$(DESTDIR)$(pkcs11dir)'/jpki-pkcs11.so '$(DESTDIR)$(pkcs11dir)'/jpki-auth-pkcs11.so \
		'$(DESTDIR)$(pkcs11dir)'/jpki-sign-pkcs11.so
