/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/result.h"

#define NAME(r, text) [r] = text

static const char *const names[] = {
	NAME(RESULT_OK, "ok"),
	NAME(RESULT_NO_MEMORY, "out of memory"),
	NAME(RESULT_FAILED, "internal error"),
	NAME(RESULT_ENDED, "the module was finalized meanwhile"),
	NAME(RESULT_CANCELLED, "the user was asked for a PIN and gave none"),
	NAME(RESULT_NO_SERVICE, "pcscd is not running"),
	NAME(RESULT_REFUSED, "pcscd turns this program away"),
	NAME(RESULT_NO_READER, "the reader is gone"),
	NAME(RESULT_NO_CARD, "no card"),
	NAME(RESULT_CARD_CHANGED, "the card was taken out or replaced"),
	NAME(RESULT_RESET, "the card was reset"),
	NAME(RESULT_BUSY, "another program holds the reader"),
	NAME(RESULT_TRANSPORT, "no proper answer from reader or card"),
	NAME(RESULT_NOT_FOUND, "no such file"),
	NAME(RESULT_SECURITY_STATUS, "a PIN is needed first"),
	NAME(RESULT_PIN_WRONG, "wrong PIN"),
	NAME(RESULT_PIN_BLOCKED, "PIN locked"),
	NAME(RESULT_WRONG_LENGTH, "wrong length"),
	NAME(RESULT_WRONG_P1P2, "parameters not known to this card"),
	NAME(RESULT_CONDITIONS, "conditions of use not satisfied"),
	NAME(RESULT_NO_CURRENT_FILE, "no current file"),
	NAME(RESULT_BAD_DATA, "data not accepted"),
	NAME(RESULT_PAST_END, "past the end of the file"),
	NAME(RESULT_NO_SUCH_COMMAND, "command not known to this card"),
	NAME(RESULT_DECLINED, "the card declines the command"),
	NAME(RESULT_CARD_ERROR, "the card reports an error"),
	NAME(RESULT_BAD_ANSWER, "malformed answer"),
	NAME(RESULT_NOT_JPKI, "not a JPKI card"),
	NAME(RESULT_NO_CERTIFICATE, "the card has no such certificate"),
	NAME(RESULT_BAD_CERTIFICATE, "unusable certificate"),
	NAME(RESULT_BAD_SIGNATURE, "the card's signature does not verify"),
	NAME(RESULT_NOT_LOGGED_IN, "not logged in"),
	NAME(RESULT_LOGGED_IN, "somebody is logged in already"),
	NAME(RESULT_PIN_SHAPE, "cannot be this PIN"),
	NAME(RESULT_PIN_REPEATED, "the same wrong PIN again"),
	NAME(RESULT_FEWER_TRIES, "fewer tries are left than was told"),
	NAME(RESULT_NEW_PIN_LENGTH, "new PIN too short or too long"),
	NAME(RESULT_NEW_PIN_INVALID, "new PIN not allowed"),
};

const char *
result_name(enum result r)
{
	if ((unsigned int)r >= sizeof names / sizeof names[0] || !names[r])
		return "unknown result";
	return names[r];
}
