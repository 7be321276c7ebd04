# jpki-card-sim and the stand-in libpcsclite it runs programs over.

# The card itself, its certification authorities and the state directory.
noinst_LTLIBRARIES += src/sim/libsim-card.la
src_sim_libsim_card_la_SOURCES = \
	src/sim/card.c src/sim/card.h src/sim/card-apdu.c src/sim/card-apps.c src/sim/card-apps.h \
	src/sim/card-chip.h src/sim/card-file.c src/sim/card-file.h \
	src/sim/dates.c src/sim/dates.h src/sim/error.c src/sim/error.h \
	src/sim/files.c src/sim/files.h src/sim/people.c src/sim/people.h src/sim/people-table.h \
	src/sim/pki.h src/sim/pki-ca.c src/sim/pki-ca.h src/sim/pki-cert.c src/sim/pki-key.c \
	src/sim/random.c src/sim/random.h src/sim/store.c src/sim/store.h src/sim/store-ca.c \
	src/sim/store-card.c src/sim/store-work.h src/sim/switches.c src/sim/switches.h
src_sim_libsim_card_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
src_sim_libsim_card_la_LIBADD = $(OPENSSL_LIBS) $(JANSSON_LIBS)
