# The agent that asks for PINs: its dialogs, and the programs that ask it.
holder_tests += tests/agent/dialog tests/agent/clients
agent_test_cppflags = $(holder_cppflags) $(CMOCKA_CFLAGS)
agent_test_libs = src/agent/libagent.la src/holder/libholder.la $(OPENSSL_LIBS) $(CMOCKA_LIBS)
agent_play = tests/agent/play.c tests/agent/play.h
tests_agent_dialog_CPPFLAGS = $(agent_test_cppflags)
tests_agent_dialog_SOURCES = tests/agent/dialog.c $(agent_play)
tests_agent_dialog_LDADD = $(agent_test_libs)
tests_agent_clients_CPPFLAGS = $(agent_test_cppflags)
tests_agent_clients_SOURCES = tests/agent/clients.c $(agent_play)
tests_agent_clients_LDADD = $(agent_test_libs)

# The agent, the module that asks it, and the simulated card.
tool_tests += tests/agent/module
tests_agent_module_CPPFLAGS = $(harness_cppflags)
tests_agent_module_SOURCES = tests/agent/module.c $(agent_play) tests/secrets/scan.c tests/secrets/scan.h
tests_agent_module_LDADD = src/agent/libagent.la src/holder/libholder.la $(harness_libs) $(OPENSSL_LIBS)

# Fuzzing of the agent between programs and a pinentry (tests/fuzz/local.mk has the others).
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
