/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_SLOT_H
#define JPKI_SESSION_SLOT_H

#include "session/module.h"

/* Slots and tokens (PKCS#11 2.40 5.5), and the vendor interface's word on a slot. */

CK_RV slot_list(struct module *m, bool with_token, CK_SLOT_ID *list, CK_ULONG *count);
CK_RV slot_info(struct module *m, CK_SLOT_ID slot, CK_SLOT_INFO *info);
CK_RV slot_token_info(struct module *m, CK_SLOT_ID slot, CK_TOKEN_INFO *info);

/* Learns on the way whether the card makes PSS signatures. */
CK_RV slot_mechanism_list(struct module *m, CK_SLOT_ID slot, CK_MECHANISM_TYPE *list,
			  CK_ULONG *count);
CK_RV slot_mechanism_info(struct module *m, CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
			  CK_MECHANISM_INFO *info);

/* C_WaitForSlotEvent: CKR_OK with a slot, CKR_NO_EVENT, CKR_CRYPTOKI_NOT_INITIALIZED. */
CK_RV slot_wait_for_event(struct module *m, bool block, CK_SLOT_ID *slot);

CK_RV slot_status(struct module *m, CK_SLOT_ID slot, struct jpki_slot_status *status);

/* All readers, also those that the setting hides. Asks no card. */
void slot_readers(struct module *m, struct jpki_reader_list *list);

/* The vendor interface's probes: what they are; and their answers, with a PIN or without. */
struct session;
void slot_list_probes(struct jpki_probe_report *report);
CK_RV slot_probe(struct module *m, CK_SLOT_ID slot, struct jpki_probe_report *report);
CK_RV slot_probe_with_pin(struct module *m, struct session *s, struct bytes pin,
			  struct jpki_probe_report *report);

#endif
