/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_CARD_CARD_H
#define JPKI_CARD_CARD_H

#include "base/bytes.h"
#include "base/result.h"
#include "reader/link.h"

/*
 * The commands of the card (card fact 3), each one exchange inside a transaction of `link`, or
 * two where the card answers 61xx or 6Cxx to a read or a signature. Nothing is ever repeated
 * after a transport error. The log shows headers and lengths, never a body.
 */

/* P2 of VERIFY, CHANGE and the signature: the file selected before, or a short file id. */
#define CARD_CURRENT_FILE 0x80
#define CARD_SHORT_ID(file) ((uint8_t)(0x80 | ((file) & 0x1f)))

/* P1 of the signature (card fact 3.4). */
#define CARD_SIGN_AS_GIVEN 0x00 /* PKCS#1 v1.5 padding around the input */
#define CARD_SIGN_PSS 0x04	/* RSASSA-PSS of a SHA-256 hash */
#define CARD_SIGN_UNKNOWN 0x7f	/* no card has it: the control of the PSS probe */

/* RESULT_NOT_FOUND, _WRONG_P1P2 or _NO_SUCH_COMMAND where the card has no such application. */
enum result card_select_application(struct link *link, struct bytes aid);

enum result card_select_file(struct link *link, uint16_t file);

/*
 * READ BINARY of `want` bytes (1 to 256) at `offset` of the current file, or with `short_id`
 * (not 0; offset up to 255) of that file, which becomes current. *got may be less than asked at
 * the end of the file, and is at least 1.
 */
enum result card_read(struct link *link, uint8_t short_id, size_t offset, size_t want, uint8_t *out,
		      size_t *got);

/*
 * How many tries the PIN has left, without spending one: RESULT_OK with *left (0: blocked), or
 * why it cannot be told.
 */
enum result card_query_tries(struct link *link, uint8_t reference, unsigned int *left);

/*
 * RESULT_OK; RESULT_PIN_WRONG with *left from 1 to 15; RESULT_PIN_BLOCKED with *left 0; any other
 * result leaves *left alone, and whether a try was spent is unknown. A PIN with a NUL in it is
 * none, and not sent (RESULT_FAILED). *sw is the card's word, or 0 where there is none.
 */
enum result card_verify(struct link *link, uint8_t reference, struct bytes pin, unsigned int *left,
			uint16_t *sw);

/* CHANGE REFERENCE DATA, after VERIFY of the old PIN in the same transaction. */
enum result card_change_pin(struct link *link, uint8_t reference, struct bytes new_pin);

/* COMPUTE DIGITAL SIGNATURE into out[256]. *got is what came. */
enum result card_sign(struct link *link, uint8_t p1, uint8_t reference, struct bytes input,
		      uint8_t out[256], size_t *got);

/*
 * One exchange, whatever the answer: RESULT_OK with the status word and *got bytes before it. Not
 * for commands with a PIN in them.
 */
enum result card_exchange(struct link *link, struct bytes bytes, uint8_t out[256], size_t *got,
			  uint16_t *sw);

#endif
