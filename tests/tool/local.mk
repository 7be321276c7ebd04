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
tool_scripts += tests/agent/setup.sh tests/tool/report.sh tests/tool/sign.sh tests/tool/statuses.sh tests/tool/messages.sh
dist_check_SCRIPTS += $(tool_scripts)

# Fuzzing of verify (tests/fuzz/local.mk has the others), with the list of authorities in the source.
tool_verify_sources = tests/fuzz/fuzz-verify.c tests/fuzz/fuzz.h src/tool/cards/words.c
tool_verify_cppflags = $(tool_cppflags) -DPKGDATADIR='"$(abs_top_srcdir)/src/holder"' \
	-DCORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
tool_replays += tests/fuzz/replay-verify
tests_fuzz_replay_verify_SOURCES = tests/fuzz/replay.c $(tool_verify_sources)
tests_fuzz_replay_verify_CPPFLAGS = $(tool_verify_cppflags)
tests_fuzz_replay_verify_LDADD = $(tool_libs)
EXTRA_PROGRAMS += tests/fuzz/fuzz-verify
CLEANFILES += tests/fuzz/fuzz-verify
tests_fuzz_fuzz_verify_SOURCES = $(tool_verify_sources)
tests_fuzz_fuzz_verify_CPPFLAGS = $(tool_verify_cppflags)
tests_fuzz_fuzz_verify_LDADD = $(tool_libs)
tests_fuzz_fuzz_verify_LDFLAGS = -fsanitize=fuzzer
