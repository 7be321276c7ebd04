/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/slots-case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

CK_ULONG
list_slots(CK_BBOOL with_token, CK_SLOT_ID slots[16])
{
	CK_ULONG count = 16;

	assert_int_equal(f->C_GetSlotList(with_token, slots, &count), CKR_OK);
	return count;
}

void
assert_slots(CK_BBOOL with_token, CK_ULONG count, CK_SLOT_ID first, CK_SLOT_ID second)
{
	CK_SLOT_ID slots[16];

	assert_int_equal(list_slots(with_token, slots), count);
	if (count > 0)
		assert_int_equal(slots[0], first);
	if (count > 1)
		assert_int_equal(slots[1], second);
}

void
token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	assert_int_equal(f->C_GetTokenInfo(slot, info), CKR_OK);
}

void
assert_status(CK_SLOT_ID slot, enum jpki_card_kind card, enum jpki_reason reason, int tries)
{
	struct jpki_slot_status status;

	p11_slot_status("jpki-pkcs11", slot, &status);
	assert_int_equal(status.card, card);
	assert_int_equal(status.reason, reason);
	assert_int_equal(status.tries_left, tries);
	assert_int_equal(status.tries_allowed, slot % 2 == SLOT_AUTH ? 3 : 5);
	assert_int_equal(status.signature_token, slot % 2 == SLOT_SIGN);
}

/* No token in either slot of the first reader, and why. */
void
assert_no_tokens(enum jpki_card_kind card, enum jpki_reason reason)
{
	CK_TOKEN_INFO info;

	assert_slots(CK_TRUE, 0, 0, 0);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_false(p11_has_token(f, slot));
		assert_int_equal(f->C_GetTokenInfo(slot, &info), CKR_TOKEN_NOT_PRESENT);
		assert_status(slot, card, reason, JPKI_TRIES_UNKNOWN);
	}
}
