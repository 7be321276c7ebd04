/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_RESULT_H
#define JPKI_BASE_RESULT_H

/*
 * What can come of an operation, everywhere below the C_* layer. Banded by origin, so that a
 * log line tells who refused; src/session/rv.c is the one place that turns them into CK_RV.
 */
enum result {
	RESULT_OK = 0,

	/* The host. */
	RESULT_NO_MEMORY,
	RESULT_FAILED,	  /* a library refused something that cannot fail with sane input */
	RESULT_ENDED,	  /* C_Finalize was called meanwhile */
	RESULT_CANCELLED, /* the user was asked for a PIN and gave none */

	/* The reader (PC/SC). */
	RESULT_NO_SERVICE,   /* pcscd is not running, or went away: every connection is dead */
	RESULT_REFUSED,	     /* pcscd turns this program away: by policy, or it serves all it can */
	RESULT_NO_READER,    /* the reader was unplugged */
	RESULT_NO_CARD,	     /* no card in the reader */
	RESULT_CARD_CHANGED, /* taken out, or replaced by another, since the caller last looked */
	RESULT_RESET,	     /* another program reset the card; it is still the same */
	RESULT_BUSY,	     /* another program has the reader for itself */
	RESULT_TRANSPORT,    /* reset under us, communication error, nonsense from the reader */

	/* The card (ISO 7816 status words, src/card/sw.c). */
	RESULT_NOT_FOUND,	/* no such application or file */
	RESULT_SECURITY_STATUS, /* a PIN is needed first */
	RESULT_PIN_WRONG,	/* with the tries that are left */
	RESULT_PIN_BLOCKED,
	RESULT_WRONG_LENGTH,
	RESULT_WRONG_P1P2,
	RESULT_CONDITIONS, /* conditions of use not satisfied */
	RESULT_NO_CURRENT_FILE,
	RESULT_BAD_DATA,	/* the card refuses what was sent */
	RESULT_PAST_END,	/* offset beyond the end of the file */
	RESULT_NO_SUCH_COMMAND, /* instruction or class unknown */
	RESULT_DECLINED,	/* refused for any other reason; nothing was done */
	RESULT_CARD_ERROR,	/* any other status word: something may have been done */
	RESULT_BAD_ANSWER,	/* an answer that is no answer: too short, too long */

	/* The token (JPKI). */
	RESULT_NOT_JPKI,	/* a card without the JPKI application, or one we do not know */
	RESULT_NO_CERTIFICATE,	/* the card was issued without this certificate */
	RESULT_BAD_CERTIFICATE, /* what is in the file is not a certificate we can use */
	RESULT_BAD_SIGNATURE,	/* the card's signature does not verify, or has another size */
	RESULT_NOT_LOGGED_IN,
	RESULT_LOGGED_IN,    /* somebody is already */
	RESULT_PIN_SHAPE,    /* cannot be this key's PIN: never sent */
	RESULT_PIN_REPEATED, /* refused before and tried again and again: never sent */
	RESULT_FEWER_TRIES,  /* are left than the user was told: not sent */
	RESULT_NEW_PIN_LENGTH,
	RESULT_NEW_PIN_INVALID,
};

/* The name of a result, for the log. Static storage. */
const char *result_name(enum result r);

#endif
