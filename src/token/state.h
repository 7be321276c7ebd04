/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_STATE_H
#define JPKI_TOKEN_STATE_H

#include "base/secret.h"
#include "reader/link.h"
#include "token/pin.h"
#include "token/token.h"

/* The inside of a token, for the files of this folder only. */

#define STATE_HEAD_SIZE 256 /* one exchange's worth of the certificate: tells cards apart */
#define STATE_TRIES_UNKNOWN (-1)

struct state_certificate {
	struct secret *file; /* NULL: not read, or not usable */
	struct certificate fields;
	bool unusable;
};

struct state_key {
	bool present;
	bool is_private;
	struct secret *pin; /* somebody is logged in */
	unsigned int
		linger_ms;     /* how long the PIN of this login, or the last, may serve the next */
	struct secret *recent; /* a PIN that may, */
	int64_t recent_until;  /* until then: CLOCK_BOOTTIME, milliseconds */
	struct pin_repeat unshaped;
	int tries;	  /* as last seen, or STATE_TRIES_UNKNOWN */
	int64_t tries_at; /* and when: clock_boot_ms; 0: never, or a PIN was sent since */
	bool uncertain;	  /* a VERIFY was lost on the way: ask before the next */
	enum token_learnt short_pin, short_sign;
	struct state_certificate certificate, ca;
};

struct token {
	struct link *link;
	struct line *line;
	const struct settings *settings;
	enum result logged; /* how the last work that was logged ended */

	/* About this insertion of the card; state_reset clears it. */
	uint64_t insertion;
	enum token_kind kind;
	bool met;	     /* it has the JPKI application */
	bool logged_out;     /* by us, at least once: nothing is open that others left open */
	bool unproven;	     /* logged in, and nothing proves any more that it is the same card */
	bool doubted;	     /* the card was reset or did not answer, or was unseen */
	bool entered;	     /* in this transaction: our application is what was selected last */
	bool pin_presented;  /* in this transaction */
	uint16_t pin_word;   /* the card's to the PIN presented last, 0: none */
	unsigned int resets; /* of the card in this transaction, as far as they were got over */
	bool asked_again;    /* in this transaction: see work_asks_again */
	bool power_off;	     /* only taking the power logs out: no other application to select */
	size_t other;	     /* which of layout_others worked last */
	enum token_learnt short_read, pss;
	bool pss_asked;
	bool have_info;
	char model[17], info_serial[17];
	char serial[17]; /* empty: not read yet */
	bool have_id;
	uint8_t id[REFUSED_CARD_SIZE]; /* of the card, for the memory of refused PINs */
	bool have_head;
	bool shown;		       /* a program was told something that only this card says */
	uint8_t head[STATE_HEAD_SIZE]; /* of the authentication certificate's file */
	struct state_key keys[LAYOUT_KEYS];
};

/* Forgets all that is known about the card, PINs first; the connection is left as it is. */
void state_reset(struct token *t);

/* Ends a login: the PIN is wiped, and with it a private certificate. */
void state_logout(struct token *t, enum layout_key key);

bool state_anybody_logged_in(const struct token *t);

/* A PIN is about to be sent: what the card said of its counters before is not believed any more. */
void state_doubt_tries(struct token *t);

/* work.c: the frame of every operation. */

/* Whether the insertion that a caller means is over: what was learnt is about another card. */
bool work_is_over(const struct token *t, uint64_t expected);

/*
 * Begins a transaction on the expected card, logs it out first where it was not touched before,
 * selects the application and finds out what card it is. On failure nothing is left begun.
 */
enum result work_begin(struct token *t, uint64_t expected);

/*
 * Takes the power from the card, which ends the transaction, and begins another, in which nothing
 * was sent yet: on failure none is begun. work_go_on then selects the application, as work_begin
 * does; it leaves the transaction begun, whatever comes of it.
 */
enum result work_power_anew(struct token *t, uint64_t expected);
enum result work_go_on(struct token *t, uint64_t expected);

/* The JPKI application once more, after other commands; RESULT_TRANSPORT if the card declines. */
enum result work_enter_again(struct token *t);

/*
 * Before a PIN or a change of it is sent, in a transaction: RESULT_OK, and line_crossed() belongs
 * to it; RESULT_ENDED; RESULT_TRANSPORT where the machine slept since the transaction began, and
 * where nobody knows which application it would be sent to.
 */
enum result work_cross(struct token *t);

/*
 * In work that presented no PIN. After a reset of the card it is met anew; true: do the work once
 * more. Else `r` says what it came to.
 */
bool work_resume(struct token *t, enum result *r);

/*
 * pcscd may reset a card for a program that died, and say so only a few commands later: until then
 * it refuses as one on which nothing is selected. So a refusal to be read, or to tell the tries, is
 * believed when it comes again with the application selected anew, once in a transaction. True:
 * ask once more. Else `r` says what it came to.
 */
bool work_asks_again(struct token *t, enum result *r);

/* Logs the card out if a PIN was presented, ends the transaction, passes `r` through. */
enum result work_end(struct token *t, enum result r);

/* True if the result came from a status word: card and connection are well. */
bool work_is_answer(enum result r);

/* True if the card says that it has not done what it was asked for. */
bool work_is_refusal(enum result r);

/* files.c: reading, inside a transaction. */

/* A small file of `size` bytes at most; learns whether short ids work. */
enum result files_read_small(struct token *t, uint16_t file, size_t size, uint8_t *out,
			     size_t *got);

/* Reads and parses a certificate file; RESULT_BAD_CERTIFICATE is remembered. */
enum result files_read_certificate(struct token *t, uint16_t file, const char *name,
				   struct state_certificate *c);

/*
 * The first bytes of the authentication certificate's file, which tell cards apart, and whether
 * it takes the PIN to read them: RESULT_SECURITY_STATUS then.
 */
enum result files_read_head(struct token *t);

void files_forget_certificate(struct state_certificate *c);

/* look.c */
enum result look_at_card(struct token *t);

/* What kind of card it is by its own words, once. */
enum result look_read_info(struct token *t);

/*
 * The card's id; and whether it is still the one that somebody was shown, as far as one exchange
 * can tell. On a phone nothing can: there the certificate itself needs a PIN.
 */
enum result look_know_card(struct token *t);

/* present.c: PINs, inside a transaction. */

/* Asks the card for the tries left; learns whether the PIN can be addressed by its short id. */
enum result present_query(struct token *t, enum layout_key key);

/*
 * The PIN of the one who is logged in, where `least` tries are left (two or more); the login ends
 * where it is no longer taken.
 */
enum result present_login(struct token *t, enum layout_key key, unsigned int least);

/*
 * A PIN that was typed just now: asks the counter first, refuses what was refused before, and sends
 * nothing where fewer tries are left than the user was told.
 */
enum result present_typed(struct token *t, enum layout_key key, const struct secret *pin,
			  unsigned int told);

/* Before the end of the transaction: a PIN that was seen to be locked is nobody's login. */
void present_end(struct token *t);

/* sign.c */

/* Inside a transaction with the key's PIN presented: asks for PSS with an input that signs
 * nothing. */
enum result sign_learn_pss_open(struct token *t, enum layout_key key);

#endif
