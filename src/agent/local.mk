# The agent that asks the user for PINs in the place of programs: below the command that starts it, above
# the holder. It knows neither the card nor the module.
noinst_LTLIBRARIES += src/agent/libagent.la
src_agent_libagent_la_CPPFLAGS = $(AM_CPPFLAGS)
src_agent_libagent_la_SOURCES = \
	src/agent/pinentry.c src/agent/pinentry.h
