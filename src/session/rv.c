/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/rv.h"

/* Without a default: -Wswitch tells of a result that is missing here. */
CK_RV
rv_of_result(enum result r)
{
	switch (r) {
	case RESULT_OK:
		return CKR_OK;
	case RESULT_NO_MEMORY:
		return CKR_HOST_MEMORY;
	case RESULT_ENDED:
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	case RESULT_CANCELLED: /* no program asks again after that */
		return CKR_FUNCTION_CANCELED;
	case RESULT_FAILED:
		return CKR_GENERAL_ERROR;
	case RESULT_NO_SERVICE:
	case RESULT_REFUSED:
	case RESULT_NO_READER:
	case RESULT_NO_CARD:
	case RESULT_CARD_CHANGED:
	case RESULT_NOT_JPKI:
	case RESULT_NO_CERTIFICATE:
		return CKR_DEVICE_REMOVED;
	case RESULT_PIN_WRONG:
	case RESULT_PIN_SHAPE: /* programs ask again; nothing was spent */
		return CKR_PIN_INCORRECT;
	case RESULT_PIN_BLOCKED:
		return CKR_PIN_LOCKED;
	case RESULT_PIN_REPEATED: /* ends the loop of a program with a fixed PIN */
	case RESULT_NEW_PIN_INVALID:
		return CKR_PIN_INVALID;
	case RESULT_FEWER_TRIES:
		return CKR_FUNCTION_REJECTED;
	case RESULT_NEW_PIN_LENGTH:
		return CKR_PIN_LEN_RANGE;
	case RESULT_NOT_LOGGED_IN:
		return CKR_USER_NOT_LOGGED_IN;
	case RESULT_LOGGED_IN:
		return CKR_USER_ALREADY_LOGGED_IN;
	case RESULT_WRONG_P1P2: /* the card does not make this kind of signature */
		return CKR_MECHANISM_INVALID;
	case RESULT_RESET:
	case RESULT_BUSY:
	case RESULT_TRANSPORT:
	case RESULT_NOT_FOUND:
	case RESULT_SECURITY_STATUS:
	case RESULT_WRONG_LENGTH:
	case RESULT_CONDITIONS:
	case RESULT_NO_CURRENT_FILE:
	case RESULT_BAD_DATA:
	case RESULT_PAST_END:
	case RESULT_NO_SUCH_COMMAND:
	case RESULT_DECLINED:
	case RESULT_CARD_ERROR:
	case RESULT_BAD_ANSWER:
	case RESULT_BAD_CERTIFICATE:
	case RESULT_BAD_SIGNATURE:
		return CKR_DEVICE_ERROR;
	}
	return CKR_GENERAL_ERROR;
}

CK_RV
rv_of_slot_result(enum result r)
{
	CK_RV rv = rv_of_result(r);

	return rv == CKR_DEVICE_REMOVED ? CKR_TOKEN_NOT_PRESENT : rv;
}
