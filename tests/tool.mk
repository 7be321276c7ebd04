# jpki-tool over the simulated card: its dates, its exit statuses, its screens on a terminal.
if HAVE_CMOCKA
tool_tests = tests/tool-dates tests/tool-terminal
check_PROGRAMS += $(tool_tests)
TESTS += $(tool_tests)
tests_tool_dates_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_dates_LDADD = src/tool/libtool-dates.la $(CMOCKA_LIBS)
tests_tool_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_terminal_LDADD = $(CMOCKA_LIBS)
endif
tool_scripts = tests/tool-statuses.sh tests/tool-messages.sh
dist_check_SCRIPTS += $(tool_scripts)
TESTS += $(tool_scripts)
