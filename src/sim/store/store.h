/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STORE_STORE_H
#define JPKI_SIM_STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/card/card.h"

/*
 * The state directory: the test hierarchy's certification authorities and the cards made under
 * them. Every key is made here, on this machine; nothing is shipped.
 *
 *     STATE/lock              held (flock) while anything below is changed
 *     STATE/ca.json           the authorities: keys, certificates, what was issued and revoked
 *     STATE/cards/NAME/       a card's folder, for sim_card_open()
 *
 * Folders have mode 0700 and files 0600.
 */

struct sim_store {
	char *dir;
	char *cards; /* dir/cards */
};

/*
 * Opens the state directory, made if missing. NULL means $JPKI_CARD_SIM_STATE, else
 * $XDG_STATE_HOME/jpki-card-sim, else ~/.local/state/jpki-card-sim.
 */
struct sim_store *sim_store_open(const char *dir, char **error);
void sim_store_free(struct sim_store *store);

/* What the commands that make something have in common. All zero, or NULL, is the normal case. */
struct sim_make_options {
	/*
	 * Makes keys, serials and so on repeatable: the same seed, the same date and the same
	 * command on an empty state directory give the same bytes. NULL: random.
	 */
	const char *seed;
	/* The date of issue, from which every other date is counted: seconds since 1970 (UTC).
	 * 0: the clock's. See sim_now_parse(). */
	int64_t now;
	const char *pin_auth; /* NULL: 1234 */
	const char *pin_sign; /* NULL: ABC123 */
	bool no_eku;	      /* leave extendedKeyUsage out of the authentication certificate */
	/* The certification authorities' generation: "2023" and so on, "previous", "same" (as on
	 * the card), "next" (the one after the current, made ahead of its time). NULL: the current
	 * one. A card of one that issues no more was issued in its last second of issuing. */
	const char *generation;
	unsigned int locked; /* PINs besides the person's own: SIM_ON_AUTH, SIM_ON_SIGN */
	/* Behaviour switches "name=value"; NULL, or ended by a NULL. */
	const char *const *switches;
};

/*
 * Makes the card of one of the ready-made people (people.h). Names of cards: 1 to 64 of
 * letters, digits, '-', '_' and '.', not beginning with '.'. A card of that name must not exist.
 */
bool sim_store_make_card(struct sim_store *store, const char *name, const char *person,
			 const struct sim_make_options *options, char **error);

/* Throws the card away: its folder is gone; what was issued stays known to the authority. */
bool sim_store_remove_card(struct sim_store *store, const char *name, char **error);

/*
 * The card's folder for sim_card_open(), to be freed by the caller; NULL when there is no such
 * card. The error then names the cards there are.
 */
char *sim_store_card_dir(const struct sim_store *store, const char *name, char **error);

/* The same whether it exists or not: NULL for a bad name only. */
char *sim_store_card_place(const struct sim_store *store, const char *name, char **error);

/* The cards' folders, by name, as scandir() gives them; the caller frees each and the array. */
struct dirent;
int sim_store_scan(const struct sim_store *store, struct dirent ***entries);

/* The office's record of a card (card.json). */
json_t *sim_store_read_card(const struct sim_store *store, const char *name, char **error);

/*
 * What can be said of the cards without putting them in a reader, by name: an array of {"name",
 * "person", "label", "auth", "sign"}. The latter two have "present" (is there a certificate) and
 * "tries" (left), and if it is present "serial" (hexadecimal), "generation" (of the authority),
 * "not_before", "not_after" (seconds since 1970) and "revoked".
 */
json_t *sim_store_list(struct sim_store *store, char **error);

/*
 * What is done to a card that exists: `change` gets its record, while the store is locked, and
 * writes what it changed. `which` key it is about says nothing to a renewal.
 */
struct sim_work;
typedef bool sim_change(struct sim_work *work, json_t *card, const char *name, enum sim_pin which);
bool sim_store_change(struct sim_store *store, const char *name, enum sim_pin which,
		      const struct sim_make_options *options, sim_change *change, char **error);

/*
 * Renewal at the municipal office: the same card gets new keys and certificates, PINs and tries
 * unchanged. A running card must be told with sim_card_reload().
 */
sim_change sim_renew;

/*
 * Another certificate for one key of a card, with a new key pair: for a child who came of age,
 * or after a signing certificate was revoked. A PIN that was never set is set from options.
 */
sim_change sim_issue;

/* Enters the card's present certificate in its authority's list. Twice is an error. */
sim_change sim_revoke;

/*
 * What the authorities for one of the keys give out, of all generations one after the other: their
 * certificates (PEM), their revocation lists (PEM, valid for one day from options->now), and for
 * "openssl ocsp" its index and the responders' certificates with their private keys (PEM). To be
 * freed by the caller.
 */
enum sim_product { SIM_CERTIFICATES, SIM_CRL, SIM_INDEX, SIM_RESPONDER };
char *sim_store_ca_text(struct sim_store *store, enum sim_pin which, enum sim_product product,
			const struct sim_make_options *options, char **error);

/*
 * Into `folder` (made if missing): what a server needs, auth-ca.pem, sign-ca.pem, auth-crl.pem,
 * sign-crl.pem, without private keys, mode 0644; or what a responder needs, auth-index.txt,
 * sign-index.txt, and with private keys auth-responder.pem, sign-responder.pem, mode 0600.
 */
bool sim_store_ca_files(struct sim_store *store, const char *folder, bool responder,
			const struct sim_make_options *options, char **error);

/* A card's certificate as PEM, to be freed by the caller. */
char *sim_store_certificate(struct sim_store *store, const char *name, enum sim_pin which,
			    char **error);

#endif
