# The agent that asks the user for PINs in the place of programs: below the command that starts it, above
# the holder. It knows neither the card nor the module.
noinst_LTLIBRARIES += src/agent/libagent.la
src_agent_libagent_la_CPPFLAGS = $(holder_cppflags)
src_agent_libagent_la_SOURCES = \
	src/agent/agent.c src/agent/agent.h \
	src/agent/dialog.c src/agent/dialog.h \
	src/agent/listener.c src/agent/listener.h \
	src/agent/peer.c src/agent/peer.h \
	src/agent/pinentry.c src/agent/pinentry.h \
	src/agent/words.c src/agent/words.h
