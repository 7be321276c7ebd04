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
tool_scripts += tests/agent/setup.sh
