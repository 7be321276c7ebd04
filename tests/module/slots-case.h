/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_SLOTS_CASE_H
#define JPKI_TESTS_MODULE_SLOTS_CASE_H

#include "tests/module/case.h"

/* Which slots and tokens there are, and what is told of them. */

/* How many C_GetSlotList lists; or it has to be so many, which begin so. */
CK_ULONG list_slots(CK_BBOOL with_token, CK_SLOT_ID slots[16]);
void assert_slots(CK_BBOOL with_token, CK_ULONG count, CK_SLOT_ID first, CK_SLOT_ID second);

void token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info);

/* What the module's own interface says of a slot. */
void assert_status(CK_SLOT_ID slot, enum jpki_card_kind card, enum jpki_reason reason, int tries);

/* No token in either slot of the first reader, and why. */
void assert_no_tokens(enum jpki_card_kind card, enum jpki_reason reason);

#endif
