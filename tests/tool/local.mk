# jpki-tool over the simulated card: its exit statuses, its screens on a terminal.
tool_tests += tests/tool/parts tests/tool/prompt tests/tool/terminal
tests_tool_parts_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS)
tests_tool_parts_LDADD = $(tool_libs) $(CMOCKA_LIBS)
tests_tool_prompt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_prompt_SOURCES = tests/tool/prompt.c tests/tool/pty.c tests/tool/pty.h
tests_tool_prompt_LDADD = $(CMOCKA_LIBS)
tests_tool_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_terminal_SOURCES = tests/tool/terminal.c tests/tool/pty.c tests/tool/pty.h
tests_tool_terminal_LDADD = $(CMOCKA_LIBS)
tool_scripts += tests/tool/reminders.sh tests/tool/report.sh tests/tool/sign.sh tests/tool/statuses.sh tests/tool/messages.sh
dist_check_SCRIPTS += $(tool_scripts)
EXTRA_DIST += tests/tool/promise.sh
