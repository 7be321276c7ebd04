/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_TOKEN_H
#define JPKI_TOKEN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/settings.h"
#include "reader/pcsc.h"
#include "token/certificate.h"
#include "token/layout.h"
#include "token/line.h"

/*
 * The JPKI application on the card in one reader: both keys, what was learnt about the card, and
 * the PINs of those who are logged in. Not thread-safe: the caller holds the reader's card lock.
 *
 * `expected` is the insertion that the caller means (0: whatever card is there): where it is over,
 * the operation ends with RESULT_CARD_CHANGED before anything is sent, and the card that is there
 * now is none the worse.
 *
 * Every operation that talks to the card is one PC/SC transaction: select the application, present
 * the PIN where it is needed, do it, log out of the card again. PINs are kept from token_login to
 * token_logout or until the card leaves, and are sent to no other card.
 *
 * Besides the results named below, each may end with one of the reader's; the card is then as
 * logged out as it can be made, and RESULT_CARD_CHANGED, _NO_CARD, _NO_READER and _NO_SERVICE mean
 * that everything about the card is forgotten.
 */
struct token;

enum token_kind {
	TOKEN_UNKNOWN, /* not asked yet */
	TOKEN_FOREIGN, /* no JPKI application; not asked again until it is taken out */
	TOKEN_STRANGE, /* nor this one, which answers as no card that we know of */
	TOKEN_JUKI,    /* an old 住基 card: its application is not ours */
	TOKEN_MYNUMBER,
	TOKEN_ANDROID,
	TOKEN_IPHONE,
};

enum token_learnt { TOKEN_NOT_LEARNT, TOKEN_LEARNT_NO, TOKEN_LEARNT_YES };

/* What may be known without asking the card; a copy, free of secrets. */
struct token_view {
	uint64_t insertion; /* of the card in the reader; 0: nothing known */
	enum token_kind kind;
	enum token_learnt pss;
	struct token_key_view {
		bool present;  /* the card was issued with this certificate */
		bool unusable; /* but the module cannot work with it */
		bool logged_in;
		bool is_private; /* certificate and public key are there after login only */
		bool loaded;	 /* the certificate was read and is good */
		bool ca_unusable;
	} keys[LAYOUT_KEYS];
};

/* For CK_TOKEN_INFO. */
struct token_info {
	char model[17];
	char serial[17];
	unsigned int tries_left; /* 0: locked */
};

/* `line` and `settings` are borrowed. */
struct token *token_new(struct pcsc_service *service, struct line *line, const char *reader,
			const struct settings *settings);

/* Logs out, disconnects, wipes. NULL is allowed. */
void token_free(struct token *t);

void token_view(const struct token *t, struct token_view *view);

/* Forgets everything about the card, PINs first. */
void token_forget(struct token *t);

/* Finds out what kind of card it is, once per insertion. RESULT_NOT_JPKI: not ours. */
enum result token_look(struct token *t);

/* RESULT_NO_CERTIFICATE if the card does not have this key. */
enum result token_read_info(struct token *t, enum layout_key key, struct token_info *info);

/*
 * The same without the card: what it said last, within a second, its answer to a PIN included, if
 * no PIN was sent to it since. False: it has to be asked.
 */
bool token_recall_info(struct token *t, enum layout_key key, struct token_info *info);

/* Finds out, once per insertion, whether the card makes PSS signatures; see token_view.pss. */
enum result token_learn_pss(struct token *t, uint64_t expected);

/*
 * RESULT_OK; RESULT_PIN_SHAPE and RESULT_PIN_REPEATED: nothing was sent; RESULT_PIN_WRONG (or a
 * first repeat, for which nothing was sent); RESULT_PIN_BLOCKED; RESULT_NO_CERTIFICATE.
 * A private certificate is read in the same transaction; one that is unusable does not make the
 * login fail (token_key_view.unusable). `linger`: see token_logout, in seconds.
 *
 * `told`: how many tries the user who typed it was told to be left; 0: none in particular.
 * RESULT_FEWER_TRIES: not so many are, and nothing was sent.
 */
enum result token_login(struct token *t, uint64_t expected, enum layout_key key, struct bytes typed,
			unsigned int told, unsigned int linger);

/*
 * Presents a PIN without logging in, for a signature that wants it typed again. A right one takes
 * the place of that of somebody who is logged in.
 */
enum result token_confirm(struct token *t, uint64_t expected, enum layout_key key,
			  struct bytes typed, unsigned int told);

/*
 * Ends a login. `linger`: its PIN may serve token_login_again for as long as was said at the login,
 * on this insertion of the card. That says RESULT_NOT_LOGGED_IN where there is none, or where it is
 * not to be tried without the user.
 */
void token_logout(struct token *t, enum layout_key key, bool linger);
enum result token_login_again(struct token *t, uint64_t expected, enum layout_key key);

/* Wipes PINs whose time is over. */
void token_expire(struct token *t);

/*
 * The old PIN's results as for token_login; RESULT_NEW_PIN_LENGTH, RESULT_NEW_PIN_INVALID:
 * nothing was sent, or the card refused the new PIN and the old one stays.
 */
enum result token_change_pin(struct token *t, uint64_t expected, enum layout_key key,
			     struct bytes old_typed, struct bytes new_typed, unsigned int told);

/*
 * Reads a certificate unless it was read before. *certificate borrows from the token until the
 * next call on it. RESULT_NOT_LOGGED_IN, RESULT_NO_CERTIFICATE, RESULT_BAD_CERTIFICATE.
 */
enum result token_load_certificate(struct token *t, uint64_t expected, enum layout_key key,
				   const struct certificate **certificate);
enum result token_load_ca_certificate(struct token *t, uint64_t expected, enum layout_key key,
				      const struct certificate **certificate);

/*
 * A signature with PKCS#1 v1.5 padding around `input` (1 to 245 bytes), or with `pss` an
 * RSASSA-PSS one of a SHA-256 hash, which is verified before it is handed out.
 * RESULT_NOT_LOGGED_IN: nobody is, or the card does not take the PIN any more (the login has then
 * ended); RESULT_BAD_SIGNATURE; RESULT_WRONG_P1P2: the card does not make this kind.
 */
enum result token_sign(struct token *t, uint64_t expected, enum layout_key key, bool pss,
		       struct bytes input, uint8_t signature[LAYOUT_SIGNATURE_SIZE]);

#endif
