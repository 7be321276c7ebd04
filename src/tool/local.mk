# jpki-tool: what the card holder does at home.
bin_PROGRAMS += src/tool/jpki-tool

tool_cppflags = $(holder_cppflags) $(JANSSON_CFLAGS)

noinst_LTLIBRARIES += src/tool/librooms.la
src_tool_librooms_la_SOURCES = \
	src/tool/commands/agent.c \
	src/tool/commands/cert.c \
	src/tool/commands/commands.h \
	src/tool/commands/help.c \
	src/tool/commands/pin.c \
	src/tool/commands/setup.c \
	src/tool/commands/sign.c \
	src/tool/commands/validity.c \
	src/tool/status/ics.c \
	src/tool/status/json.c \
	src/tool/status/status.c src/tool/status/status.h \
	src/tool/verify/show.c \
	src/tool/verify/verify.c src/tool/verify/verify.h \
	src/tool/doctor/agent.c \
	src/tool/doctor/card.c \
	src/tool/doctor/doctor.c \
	src/tool/doctor/parts.h \
	src/tool/doctor/processes.c \
	src/tool/doctor/programs.c \
	src/tool/doctor/report.c src/tool/doctor/report.h \
	src/tool/doctor/service.c \
	src/tool/doctor/usb.c \
	src/tool/report/certificates.c \
	src/tool/report/facts.c src/tool/report/facts.h \
	src/tool/report/meanings.c \
	src/tool/report/report.c src/tool/report/report.h \
	src/tool/report/show.c \
	src/tool/browsers/browser.c src/tool/browsers/browser.h \
	src/tool/browsers/nssdb.c src/tool/browsers/nssdb.h \
	src/tool/browsers/p11kit.c src/tool/browsers/p11kit.h \
	src/tool/browsers/setup.c src/tool/browsers/setup.h \
	src/tool/browsers/trust.c src/tool/browsers/trust.h \
	src/tool/cards/cards.c src/tool/cards/cards.h \
	src/tool/cards/personal.c src/tool/cards/personal.h \
	src/tool/cards/pin.c src/tool/cards/pin.h \
	src/tool/cards/words.c src/tool/cards/words.h \
	src/tool/system/away.c src/tool/system/away.h \
	src/tool/system/conf.c src/tool/system/conf.h \
	src/tool/system/child.c src/tool/system/child.h \
	src/tool/system/file.c src/tool/system/file.h \
	src/tool/system/packages.c src/tool/system/packages.h \
	src/tool/system/paths.c src/tool/system/paths.h \
	src/tool/system/reminders.c src/tool/system/reminders.h \
	src/tool/system/shell.c src/tool/system/shell.h \
	src/tool/system/start.c src/tool/system/start.h \
	src/tool/terminal/exit.c src/tool/terminal/exit.h \
	src/tool/terminal/json.c src/tool/terminal/json.h \
	src/tool/terminal/options.c src/tool/terminal/options.h \
	src/tool/terminal/pinentry.c src/tool/terminal/pinentry.h \
	src/tool/terminal/progress.c src/tool/terminal/progress.h \
	src/tool/terminal/prompt.c src/tool/terminal/prompt.h \
	src/tool/terminal/screen.c src/tool/terminal/screen.h \
	src/tool/terminal/sheet.c src/tool/terminal/sheet.h \
	src/tool/terminal/text.c src/tool/terminal/text.h
src_tool_librooms_la_CPPFLAGS = $(tool_cppflags) \
	-DPKCS11DIR='"$(pkcs11dir)"' -DPKGDATADIR='"$(pkgdatadir)"' -DLOCALEDIR='"$(localedir)"'
tool_libs = src/tool/librooms.la src/agent/libagent.la src/holder/libholder.la $(P11KIT_LIBS) $(OPENSSL_LIBS) \
	$(JANSSON_LIBS) -ldl

src_tool_jpki_tool_SOURCES = src/tool/main.c
src_tool_jpki_tool_CPPFLAGS = $(tool_cppflags)
src_tool_jpki_tool_LDADD = $(tool_libs)
# As the module (src/local.mk): no PIN stays in registers that are saved.
src_tool_jpki_tool_LDFLAGS = -Wl,-z,now

# The generations of certification authorities, likewise beside the program where it was built.
nodist_pkgdata_DATA = src/tool/share/authorities.txt
EXTRA_DIST += src/holder/authorities.txt
CLEANFILES += src/tool/share/authorities.txt
src/tool/share/authorities.txt: src/holder/authorities.txt
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/src/holder/authorities.txt $@

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
	cd $(srcdir) && $(tool_xgettext) -o po/jpki-tool.pot $$(find src/agent src/tool src/desktop -name "*.c") && \
	msgmerge --no-wrap --no-fuzzy-matching --add-location=file -U --backup=none \
		po/ja.po po/jpki-tool.pot && rm po/jpki-tool.pot
