# jpki-tool over the simulated card: its dates, its exit statuses, its screens on a terminal.
if HAVE_CMOCKA
tool_tests = tests/tool-authority tests/tool-dates tests/tool-signature tests/tool-terminal
check_PROGRAMS += $(tool_tests)
TESTS += $(tool_tests)
tests_tool_dates_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_dates_LDADD = src/tool/libtool-dates.la $(CMOCKA_LIBS)
tests_tool_authority_SOURCES = tests/tool-authority.c src/tool/authority.c src/tool/certificate.c \
	src/tool/paths.c src/tool/personal.c src/tool/screen.c
tests_tool_authority_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS) -DPKGDATADIR='"/nonexistent"'
tests_tool_authority_LDADD = src/tool/libtool-dates.la $(CMOCKA_LIBS) $(OPENSSL_LIBS)
tests_tool_signature_SOURCES = tests/tool-signature.c src/tool/authority.c \
	src/tool/certificate.c src/tool/cms.c src/tool/paths.c src/tool/personal.c src/tool/screen.c \
	src/tool/signature.c
tests_tool_signature_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS) -DPKGDATADIR='"/nonexistent"'
tests_tool_signature_LDADD = src/tool/libtool-dates.la $(CMOCKA_LIBS) $(OPENSSL_LIBS)
tests_tool_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_terminal_LDADD = $(CMOCKA_LIBS)
endif
tool_scripts = tests/tool-sign.sh tests/tool-statuses.sh tests/tool-messages.sh
dist_check_SCRIPTS += $(tool_scripts)
EXTRA_DIST += tests/slow/tool.sh
TESTS += $(tool_scripts)
