# jpki-tool over the simulated card: its dates, its exit statuses, its screens on a terminal.
tool_tests += tests/tool-authority tests/tool-dates tests/tool-parts tests/tool-signature \
	tests/tool-terminal
tests_tool_dates_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_dates_LDADD = src/holder/libholder.la $(CMOCKA_LIBS)
tests_tool_authority_SOURCES = tests/tool-authority.c src/holder/authority.c src/holder/certificate.c \
	src/tool/system/paths.c src/holder/personal.c src/tool/terminal/screen.c
tests_tool_authority_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS) -DPKGDATADIR='"/nonexistent"'
tests_tool_authority_LDADD = src/holder/libholder.la $(CMOCKA_LIBS) $(OPENSSL_LIBS)
tests_tool_signature_SOURCES = tests/tool-signature.c src/holder/authority.c \
	src/holder/certificate.c src/holder/cms.c src/tool/system/paths.c src/holder/personal.c src/tool/terminal/screen.c \
	src/holder/signature.c
tests_tool_signature_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS) -DPKGDATADIR='"/nonexistent"'
tests_tool_signature_LDADD = src/holder/libholder.la $(CMOCKA_LIBS) $(OPENSSL_LIBS)
tests_tool_parts_SOURCES = tests/tool-parts.c src/tool/terminal/consent.c src/tool/terminal/exit.c src/tool/system/file.c \
	src/holder/hold.c src/tool/terminal/progress.c src/tool/terminal/screen.c src/holder/secret.c src/tool/system/shell.c \
	src/tool/terminal/prompt.c
tests_tool_parts_CPPFLAGS = $(tool_cppflags) $(CMOCKA_CFLAGS)
tests_tool_parts_LDADD = $(CMOCKA_LIBS)
tests_tool_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_tool_terminal_LDADD = $(CMOCKA_LIBS)
tool_scripts += tests/tool-sign.sh tests/tool-statuses.sh tests/tool-messages.sh
dist_check_SCRIPTS += $(tool_scripts)

# Fuzzing of verify (tests/fuzz.mk has the others).
tool_verify_sources = tests/fuzz/fuzz-verify.c tests/fuzz/fuzz.h src/holder/authority.c \
	src/holder/certificate.c src/tool/terminal/exit.c src/tool/system/file.c src/holder/hold.c src/tool/system/paths.c \
	src/holder/personal.c src/tool/terminal/progress.c src/tool/terminal/screen.c src/holder/signature.c \
	src/tool/verify/verify.c src/tool/verify/show.c
tool_verify_cppflags = $(tool_cppflags) -DPKGDATADIR='"$(abs_top_srcdir)/src/holder"' \
	-DCORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
tool_verify_libs = src/holder/libholder.la $(OPENSSL_LIBS) $(JANSSON_LIBS)
tool_replays += tests/fuzz/replay-verify
tests_fuzz_replay_verify_SOURCES = tests/fuzz/replay.c $(tool_verify_sources)
tests_fuzz_replay_verify_CPPFLAGS = $(tool_verify_cppflags)
tests_fuzz_replay_verify_LDADD = $(tool_verify_libs)
EXTRA_PROGRAMS += tests/fuzz/fuzz-verify
CLEANFILES += tests/fuzz/fuzz-verify
tests_fuzz_fuzz_verify_SOURCES = $(tool_verify_sources)
tests_fuzz_fuzz_verify_CPPFLAGS = $(tool_verify_cppflags)
tests_fuzz_fuzz_verify_LDADD = $(tool_verify_libs)
tests_fuzz_fuzz_verify_LDFLAGS = -fsanitize=fuzzer
