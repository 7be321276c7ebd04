# SPDX-License-Identifier: BSD-2-Clause
# jpki-card-sim and the stand-in libpcsclite it runs programs over; a folder is a room, see
# doc/ARCHITECTURE.md.

# The card itself, its certification authorities and the state directory.
noinst_LTLIBRARIES += src/sim/libsim-card.la
src_sim_libsim_card_la_SOURCES = \
	src/sim/base/dates.c src/sim/base/dates.h src/sim/base/error.c src/sim/base/error.h \
	src/sim/base/files.c src/sim/base/files.h src/sim/base/json.c \
	src/sim/base/json.h src/sim/base/memory.c src/sim/base/memory.h src/sim/base/pins.c \
	src/sim/base/pins.h src/sim/base/random.c src/sim/base/random.h \
	src/sim/card/apdu.c src/sim/card/apps.c src/sim/card/apps.h src/sim/card/card.c \
	src/sim/card/card.h src/sim/card/chip.h src/sim/card/command.h src/sim/card/data.c \
	src/sim/card/folder.c src/sim/card/folder.h src/sim/card/pin.c \
	src/sim/card/read.c src/sim/card/reading.c src/sim/card/reading.h \
	src/sim/card/reference.c src/sim/card/select.c src/sim/card/sign.c \
	src/sim/card/switches.c src/sim/card/switches.h \
	src/sim/pki/authorities.c src/sim/pki/authorities.h src/sim/pki/certificate.c \
	src/sim/pki/extension.c src/sim/pki/key.c src/sim/pki/list.c src/sim/pki/name.c \
	src/sim/pki/pki.h src/sim/pki/shape.h \
	src/sim/store/authorities.c src/sim/store/card.c src/sim/store/issue.c \
	src/sim/store/like.c src/sim/store/like.h src/sim/store/list.c \
	src/sim/store/people.c src/sim/store/people.h src/sim/store/store.c src/sim/store/store.h \
	src/sim/store/work.c src/sim/store/work.h
src_sim_libsim_card_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_card_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS)

# Its doors: readers, PC/SC, faults, vpcd, the control socket.
noinst_LTLIBRARIES += src/sim/libsim-control.la src/sim/libsim-doors.la
src_sim_libsim_control_la_SOURCES = \
	src/sim/base/error.c src/sim/base/error.h src/sim/base/memory.c src/sim/base/memory.h \
	src/sim/base/socket.c src/sim/base/socket.h \
	src/sim/control/client.c src/sim/control/client.h src/sim/control/control.h
src_sim_libsim_control_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_control_la_LIBADD = $(JANSSON_LIBS)
src_sim_libsim_doors_la_SOURCES = \
	src/sim/base/loop.c src/sim/base/loop.h \
	src/sim/control/control.c src/sim/control/control.h src/sim/control/orders.c \
	src/sim/doors/doors.h src/sim/doors/qemu.c src/sim/doors/vpcd.c \
	src/sim/pcscd/answer.c src/sim/pcscd/call.c src/sim/pcscd/call.h \
	src/sim/pcscd/client.c src/sim/pcscd/client.h \
	src/sim/pcscd/connect.c src/sim/pcscd/connect.h src/sim/pcscd/fault.c src/sim/pcscd/fault.h \
	src/sim/pcscd/order.c src/sim/pcscd/service.c src/sim/pcscd/service.h \
	src/sim/pcscd/state.c src/sim/pcscd/state.h src/sim/pcscd/strike.c \
	src/sim/pcscd/strike.h \
	src/sim/reader/reader.c src/sim/reader/reader.h \
	src/sim/reader/trace.c src/sim/reader/trace.h \
	src/sim/standin/codes.h src/sim/standin/wire.h
src_sim_libsim_doors_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(PCSC_CFLAGS) \
	$(JANSSON_CFLAGS)
src_sim_libsim_doors_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS)

# The program.
bin_PROGRAMS += src/sim/jpki-card-sim
src_sim_jpki_card_sim_SOURCES = \
	src/sim/command/cards.c src/sim/command/commands.c src/sim/command/commands.h \
	src/sim/command/control.c src/sim/command/doors.c src/sim/command/doors.h \
	src/sim/command/options.c src/sim/command/run.c src/sim/command/serve.c \
	src/sim/main.c
src_sim_jpki_card_sim_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DPKGLIBDIR='"$(pkglibdir)"'
src_sim_jpki_card_sim_LDADD = \
	src/sim/libsim-doors.la src/sim/libsim-control.la src/sim/libsim-card.la $(JANSSON_LIBS)

# The stand-in library has to bear exactly the name that programs look for, without a link to a
# longer one and without a .la file: so it is a "program" to Automake, with its own link command.
standindir = $(pkglibdir)
standin_PROGRAMS = src/sim/standin/libpcsclite.so.1
src_sim_standin_libpcsclite_so_1_SOURCES = \
	src/sim/base/error.c src/sim/base/error.h src/sim/base/socket.c src/sim/base/socket.h \
	src/sim/standin/codes.h src/sim/standin/link.c \
	src/sim/standin/link.h src/sim/standin/query.c src/sim/standin/status-change.c \
	src/sim/standin/winscard.c src/sim/standin/wire.h
src_sim_standin_libpcsclite_so_1_CPPFLAGS = $(AM_CPPFLAGS) $(PCSC_CFLAGS)
src_sim_standin_libpcsclite_so_1_CFLAGS = $(AM_CFLAGS) -fPIC
src_sim_standin_libpcsclite_so_1_LINK = $(CC) $(AM_CFLAGS) -fPIC $(CFLAGS) $(LDFLAGS) -shared \
	-Wl,-soname,libpcsclite.so.1 -o $@
