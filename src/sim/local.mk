# SPDX-License-Identifier: BSD-2-Clause
# jpki-card-sim and the stand-in libpcsclite it runs programs over.

# The card itself, its certification authorities and the state directory.
noinst_LTLIBRARIES += src/sim/libsim-card.la
src_sim_libsim_card_la_SOURCES = \
	src/sim/card.c src/sim/card.h src/sim/card-apdu.c src/sim/card-apps.c \
	src/sim/card-apps.h src/sim/card-chip.h src/sim/card-command.h src/sim/card-data.c \
	src/sim/card-file.c src/sim/card-file.h src/sim/card-memory.c src/sim/card-pin.c \
	src/sim/card-read.c src/sim/card-select.c src/sim/card-sign.c src/sim/dates.c \
	src/sim/dates.h src/sim/error.c src/sim/error.h src/sim/files.c src/sim/files.h \
	src/sim/people.c src/sim/people.h src/sim/people-table.h src/sim/pki.h \
	src/sim/pki-ca.c src/sim/pki-ca.h src/sim/pki-cert.c src/sim/pki-crl.c \
	src/sim/pki-extension.c src/sim/pki-key.c src/sim/pki-name.c src/sim/pki-shape.h \
	src/sim/random.c src/sim/random.h src/sim/store.c src/sim/store.h src/sim/store-ca.c \
	src/sim/store-card.c src/sim/store-issue.c src/sim/store-list.c src/sim/store-work.c \
	src/sim/store-work.h src/sim/switches.c src/sim/switches.h
src_sim_libsim_card_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_card_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS)

# Its doors: readers, PC/SC, faults, vpcd, the control socket.
noinst_LTLIBRARIES += src/sim/libsim-control.la src/sim/libsim-doors.la
src_sim_libsim_control_la_SOURCES = \
	src/sim/control.h src/sim/control-client.c src/sim/control-client.h
src_sim_libsim_control_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_control_la_LIBADD = $(JANSSON_LIBS)
src_sim_libsim_doors_la_SOURCES = \
	src/sim/control.c src/sim/control.h src/sim/control-orders.c src/sim/control-orders.h \
	src/sim/fault.c src/sim/fault.h src/sim/server.c src/sim/server.h \
	src/sim/server-loop.c src/sim/server-loop.h src/sim/server-pcsc.c src/sim/server-pcsc.h \
	src/sim/server-socket.c src/sim/server-socket.h \
	src/sim/server-standin.c src/sim/server-standin.h \
	src/sim/server-strike.c src/sim/server-strike.h src/sim/standin/wire.h \
	src/sim/trace.c src/sim/trace.h src/sim/vpcd.c src/sim/vpcd.h
src_sim_libsim_doors_la_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_doors_la_LIBADD = $(JANSSON_LIBS)

# The program.
bin_PROGRAMS += src/sim/jpki-card-sim
src_sim_jpki_card_sim_SOURCES = \
	src/sim/commands.c src/sim/commands.h src/sim/commands-cards.c src/sim/commands-control.c \
	src/sim/commands-doors.c src/sim/commands-doors.h src/sim/commands-options.c \
	src/sim/commands-run.c src/sim/commands-serve.c src/sim/main.c
src_sim_jpki_card_sim_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DPKGLIBDIR='"$(pkglibdir)"'
src_sim_jpki_card_sim_LDADD = \
	src/sim/libsim-doors.la src/sim/libsim-control.la src/sim/libsim-card.la $(JANSSON_LIBS)

# The stand-in library has to bear exactly the name that programs look for, without a link to a
# longer one and without a .la file: so it is a "program" to Automake, with its own link command.
standindir = $(pkglibdir)
standin_PROGRAMS = src/sim/standin/libpcsclite.so.1
src_sim_standin_libpcsclite_so_1_SOURCES = \
	src/sim/standin/error.c src/sim/standin/link.c src/sim/standin/link.h \
	src/sim/standin/status-change.c src/sim/standin/winscard.c src/sim/standin/wire.h
src_sim_standin_libpcsclite_so_1_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
src_sim_standin_libpcsclite_so_1_CFLAGS = $(AM_CFLAGS) -fPIC
src_sim_standin_libpcsclite_so_1_LINK = $(CC) $(AM_CFLAGS) -fPIC $(CFLAGS) $(LDFLAGS) -shared \
	-Wl,-soname,libpcsclite.so.1 -o $@
