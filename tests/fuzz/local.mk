# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing. replay-*: each target over its corpus, part of make check. fuzz-*: the same with
# libFuzzer, built by tests/slow/fuzz.sh alone, since they need clang.
fuzz_cppflags = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(PCSC_CFLAGS) $(NETTLE_CFLAGS) $(TASN1_CFLAGS) \
	-DCORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'

# The module, with fake-pcsc.c in the place of libpcsclite.
fuzz_module_sources = src/p11/variant-both.c \
	tests/fuzz/fake-card.c tests/fuzz/fake-card.h tests/fuzz/fake-pcsc.c \
	tests/fuzz/fake-pcsc.h tests/fuzz/guard.c tests/fuzz/guard.h tests/fuzz/input.h \
	tests/fuzz/program.c tests/fuzz/program.h tests/fuzz/program-rooms.c tests/fuzz/fuzz.h
fuzz_module_libs = src/p11/libp11.la src/session/libsession.la src/object/libobject.la \
	src/prompt/libprompt.la src/token/libtoken.la src/card/libcard.la src/reader/libreader.la src/base/libbase.la \
	$(NETTLE_LIBS) $(TASN1_LIBS) $(GMP_LIBS)
fuzz_certificate_sources = tests/fuzz/fuzz-certificate.c tests/fuzz/fuzz.h tests/fuzz/guard.c \
	tests/fuzz/guard.h
fuzz_certificate_libs = src/token/libtoken.la src/base/libbase.la $(TASN1_LIBS)

# What an agent says to the module; the other end is below.
fuzz_prompt_sources = tests/fuzz/fuzz-prompt.c tests/fuzz/fuzz.h tests/fuzz/input.h tests/fuzz/guard.c \
	tests/fuzz/guard.h
fuzz_prompt_libs = src/prompt/libprompt.la src/token/libtoken.la src/base/libbase.la

fuzz_replays = tests/fuzz/replay-calls tests/fuzz/replay-card tests/fuzz/replay-certificate tests/fuzz/replay-prompt
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
tests_fuzz_replay_calls_SOURCES = tests/fuzz/fuzz-calls.c tests/fuzz/replay.c \
	$(fuzz_module_sources)
tests_fuzz_replay_card_SOURCES = tests/fuzz/fuzz-card.c tests/fuzz/replay.c $(fuzz_module_sources)
tests_fuzz_replay_certificate_SOURCES = tests/fuzz/replay.c $(fuzz_certificate_sources)
tests_fuzz_replay_calls_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_card_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_certificate_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_calls_LDADD = $(fuzz_module_libs)
tests_fuzz_replay_card_LDADD = $(fuzz_module_libs)
tests_fuzz_replay_certificate_LDADD = $(fuzz_certificate_libs)
tests_fuzz_replay_prompt_SOURCES = tests/fuzz/replay.c $(fuzz_prompt_sources)
tests_fuzz_replay_prompt_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_replay_prompt_LDADD = $(fuzz_prompt_libs)

fuzz_targets = tests/fuzz/fuzz-calls tests/fuzz/fuzz-card tests/fuzz/fuzz-certificate tests/fuzz/fuzz-prompt
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)
tests_fuzz_fuzz_calls_SOURCES = tests/fuzz/fuzz-calls.c $(fuzz_module_sources)
tests_fuzz_fuzz_card_SOURCES = tests/fuzz/fuzz-card.c $(fuzz_module_sources)
tests_fuzz_fuzz_certificate_SOURCES = $(fuzz_certificate_sources)
tests_fuzz_fuzz_calls_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_card_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_certificate_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_calls_LDADD = $(fuzz_module_libs)
tests_fuzz_fuzz_card_LDADD = $(fuzz_module_libs)
tests_fuzz_fuzz_certificate_LDADD = $(fuzz_certificate_libs)
tests_fuzz_fuzz_calls_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_card_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_certificate_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_prompt_SOURCES = $(fuzz_prompt_sources)
tests_fuzz_fuzz_prompt_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_prompt_LDADD = $(fuzz_prompt_libs)
tests_fuzz_fuzz_prompt_LDFLAGS = -fsanitize=fuzzer

# Fuzzing of the agent between programs and a pinentry.
agent_fuzz_sources = tests/fuzz/fuzz-agent.c tests/fuzz/fuzz.h tests/fuzz/input.h tests/fuzz/guard.c tests/fuzz/guard.h
agent_fuzz_cppflags = $(holder_cppflags) -DCORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
agent_fuzz_libs = src/agent/libagent.la src/holder/libholder.la $(OPENSSL_LIBS)
tool_replays += tests/fuzz/replay-agent
tests_fuzz_replay_agent_SOURCES = tests/fuzz/replay.c $(agent_fuzz_sources)
tests_fuzz_replay_agent_CPPFLAGS = $(agent_fuzz_cppflags)
tests_fuzz_replay_agent_LDADD = $(agent_fuzz_libs)
EXTRA_PROGRAMS += tests/fuzz/fuzz-agent
CLEANFILES += tests/fuzz/fuzz-agent
tests_fuzz_fuzz_agent_SOURCES = $(agent_fuzz_sources)
tests_fuzz_fuzz_agent_CPPFLAGS = $(agent_fuzz_cppflags)
tests_fuzz_fuzz_agent_LDADD = $(agent_fuzz_libs)
tests_fuzz_fuzz_agent_LDFLAGS = -fsanitize=fuzzer

# Fuzzing of verify, with the list of authorities in the source.
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

EXTRA_DIST += doc/SAFETY.md tests/fuzz/corpus

# For tests/slow/sanitizers.sh.
check_PROGRAMS += tests/fuzz/sanitizer-check
tests_fuzz_sanitizer_check_CPPFLAGS = $(AM_CPPFLAGS)
