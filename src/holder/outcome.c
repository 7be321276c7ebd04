/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/outcome.h"

struct outcome
outcome_of(CK_RV rv)
{
	static const struct {
		CK_RV rv;
		enum outcome_what what;
	} rows[] = {
		{CKR_OK, OUTCOME_OK},
		{CKR_HOST_MEMORY, OUTCOME_NO_MEMORY},
		{CKR_PIN_INCORRECT, OUTCOME_PIN_WRONG},
		{CKR_PIN_INVALID, OUTCOME_PIN_WRONG},
		{CKR_PIN_LEN_RANGE, OUTCOME_PIN_WRONG},
		{CKR_FUNCTION_REJECTED, OUTCOME_FEWER_TRIES},
		{CKR_PIN_LOCKED, OUTCOME_PIN_LOCKED},
		{CKR_DEVICE_REMOVED, OUTCOME_REMOVED},
		{CKR_TOKEN_NOT_PRESENT, OUTCOME_REMOVED},
		{CKR_SESSION_HANDLE_INVALID,
		 OUTCOME_REMOVED}, /* seen by C_WaitForSlotEvent first */
		{CKR_DEVICE_ERROR, OUTCOME_NO_ANSWER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].rv == rv)
			return (struct outcome){.what = rows[i].what,
						.tries_left = JPKI_TRIES_UNKNOWN};
	return (struct outcome){.what = OUTCOME_MODULE, .rv = rv};
}
