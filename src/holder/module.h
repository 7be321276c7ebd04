/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_MODULE_H
#define JPKI_TOOL_MODULE_H

#include "holder/key.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "jpki-pkcs11.h"

/* The cards, as the module shows them: everything jpki-tool knows comes through here. */

#define SERIAL_LENGTH 16

struct token {
	bool listed; /* the module has a slot for it */
	CK_SLOT_ID slot;
	struct jpki_slot_status status;
};

/* A reader and what lies in it. */
struct reader {
	char name[128]; /* fit to be shown; empty where there is none */
	char serial[SERIAL_LENGTH + 1];
	enum jpki_card_kind card;
	struct token tokens[KEYS];
};

struct module {
	void *library;
	CK_FUNCTION_LIST *f;
	const struct jpki_functions *jpki;
	struct reader *readers;
	size_t count;
	struct jpki_reader_list all; /* also those that are not shown */
	char *hidden; /* a sentence: which readers a setting hides; NULL where it hides none */
};

/*
 * Loads the module that the options say (or the installed one) and looks at all readers that
 * fit --reader and --serial. A message and the exit status if it cannot. module_close goes with
 * it in either case.
 */
enum tool_exit module_open(struct module *module, const struct options *options);
void module_close(struct module *module);

/*
 * What a command does between the two, with a context of its own: the exit status of the work, or
 * of what went wrong before it.
 */
enum tool_exit module_run(const struct options *options,
			  enum tool_exit (*work)(struct module *module,
						 const struct options *options, void *context),
			  void *context);

/*
 * The one card that a command is about, with the given token on it; or a message and the exit
 * status: none, several, or not on this card.
 */
enum tool_exit module_choose(struct module *module, enum key key, struct reader **reader);

/* Whether a card (or phone) of ours lies in it. */
bool module_has_card(const struct reader *reader);

/* Whether another card here has the same serial number: phones may. */
bool module_serial_is_shared(const struct module *module, const struct reader *reader);

/* Why there is no token: that of the reader's first slot, the same for both where no card is. */
enum jpki_reason module_reader_reason(const struct reader *reader);

/* The sentence for the user why there is no token, and the exit status that goes with it. */
const char *module_reason_text(enum jpki_reason reason);
enum tool_exit module_reason_exit(enum jpki_reason reason);

/*
 * The same where no reader may be there because a setting hides it: the text names that, and
 * module_absent complains and returns the exit status.
 */
const char *module_absence_text(const struct module *module, enum jpki_reason reason);
enum tool_exit module_absent(const struct module *module, enum jpki_reason reason);

/* What lies in the reader, in words. */
const char *module_card_text(enum jpki_card_kind card);

/* "user authentication certificate" and so on, for the middle of sentences. */
const char *key_text(enum key key);

/* A complaint about what the module answered, and the exit status that goes with it. */
enum tool_exit module_failed(CK_RV rv);

/* Looks again at a token, whose tries may have changed. */
void module_look(struct module *module, struct token *token);

/*
 * module_failed for what was done with one token; where its certificate is to blame, as the module
 * knows once it has read it, that is said instead.
 */
enum tool_exit module_token_failed(struct module *module, struct token *token, CK_RV rv);

CK_RV module_begin(struct module *module, const struct token *token, bool writable,
		   CK_SESSION_HANDLE *session);

/* The ids of the objects on the tokens. */
enum object_id {
	ID_AUTH = 1,
	ID_SIGN = 2,
	ID_AUTH_CA = 3,
	ID_SIGN_CA = 4,
};

/* A certificate by its id; *certificate is NULL where there is none that can be seen now. */
CK_RV module_certificate(struct module *module, CK_SESSION_HANDLE session, enum object_id id,
			 X509 **certificate);

#define HASH_BYTES 32	    /* SHA-256 */
#define SIGNATURE_BYTES 256 /* RSA-2048 */

/* A PKCS#1 v1.5 signature over a SHA-256 hash with the private key of the session's token. */
CK_RV module_sign(struct module *module, CK_SESSION_HANDLE session, const uint8_t hash[HASH_BYTES],
		  uint8_t signature[SIGNATURE_BYTES]);

#endif
