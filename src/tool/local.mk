# jpki-tool: what the card holder does at home.
bin_PROGRAMS += src/tool/jpki-tool

noinst_LTLIBRARIES += src/tool/libtool-dates.la
src_tool_libtool_dates_la_SOURCES = src/tool/dates.c src/tool/dates.h

tool_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)

src_tool_jpki_tool_SOURCES = \
	src/tool/authority.c src/tool/authority.h \
	src/tool/browser.c src/tool/browser.h \
	src/tool/cert.c \
	src/tool/certificate.c src/tool/certificate.h \
	src/tool/child.c src/tool/child.h \
	src/tool/cms.c src/tool/cms.h \
	src/tool/commands.h \
	src/tool/consent.c src/tool/consent.h \
	src/tool/doctor.c src/tool/doctor.h \
	src/tool/doctor-card.c src/tool/doctor-programs.c \
	src/tool/doctor-service.c src/tool/doctor-usb.c \
	src/tool/exit.c src/tool/exit.h \
	src/tool/file.c src/tool/file.h \
	src/tool/help.c \
	src/tool/hold.c src/tool/hold.h \
	src/tool/main.c \
	src/tool/module.c src/tool/module.h \
	src/tool/nssdb.c src/tool/nssdb.h \
	src/tool/options.c src/tool/options.h \
	src/tool/p11kit.c src/tool/p11kit.h \
	src/tool/packages.c src/tool/packages.h \
	src/tool/paths.c src/tool/paths.h \
	src/tool/personal.c src/tool/personal.h \
	src/tool/pin-change.c \
	src/tool/pin.c src/tool/pin.h \
	src/tool/pinentry.c src/tool/pinentry.h \
	src/tool/processes.c src/tool/processes.h \
	src/tool/progress.c src/tool/progress.h \
	src/tool/screen.c src/tool/screen.h \
	src/tool/secret.c src/tool/secret.h \
	src/tool/setup.c \
	src/tool/shell.c src/tool/shell.h \
	src/tool/sign.c \
	src/tool/signature.c src/tool/signature.h \
	src/tool/status.c src/tool/status.h \
	src/tool/status-ics.c src/tool/status-json.c \
	src/tool/terminal.c src/tool/terminal.h \
	src/tool/text.h \
	src/tool/validity.c \
	src/tool/verify.c src/tool/verify-show.c src/tool/verify.h \
	src/tool/words.c src/tool/words.h
src_tool_jpki_tool_CPPFLAGS = $(tool_cppflags) \
	-DPKCS11DIR='"$(pkcs11dir)"' -DLOCALEDIR='"$(localedir)"' \
	-DPKGDATADIR='"$(pkgdatadir)"'
src_tool_jpki_tool_LDADD = src/tool/libtool-dates.la $(P11KIT_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) -ldl

# The generations of certification authorities, likewise beside the program where it was built.
nodist_pkgdata_DATA = src/tool/share/authorities.txt
EXTRA_DIST += src/tool/authorities.txt
CLEANFILES += src/tool/share/authorities.txt
src/tool/share/authorities.txt: src/tool/authorities.txt
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/src/tool/authorities.txt $@

dist_man_MANS += doc/jpki-tool.1

# Messages. The catalogue is made beside the program, where it looks first, so that the built
# tree speaks Japanese too.
tool_catalogue = src/tool/locale/ja/LC_MESSAGES/jpki-tool.mo
jalocaledir = $(localedir)/ja/LC_MESSAGES
nodist_jalocale_DATA = $(tool_catalogue)
EXTRA_DIST += po/ja.po
CLEANFILES += $(tool_catalogue)
$(tool_catalogue): po/ja.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format --check-domain -o $@ $(srcdir)/po/ja.po

# `make po-update` brings po/ja.po up to what the source says; what is new is left to translate.
tool_xgettext = xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=P_:1,2 \
	--package-name=jpki-tool --sort-by-file --no-wrap --add-location=file
po-update:
	cd $(srcdir) && $(tool_xgettext) -o po/jpki-tool.pot src/tool/*.c && \
	msgmerge --no-wrap --no-fuzzy-matching --add-location=file -U --backup=none \
		po/ja.po po/jpki-tool.pot && rm po/jpki-tool.pot
