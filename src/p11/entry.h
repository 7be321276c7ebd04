/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_P11_ENTRY_H
#define JPKI_P11_ENTRY_H

/*
 * The entry points. The C_ functions have their prototypes in p11-kit's header and in
 * pkcs11-v3.h; they are ordinary functions, which -fvisibility=hidden keeps inside the module.
 * Programs reach them through the function lists.
 */
#include "jpki-pkcs11.h"

/* For the three functions that PKCS#11 has a module export. */
#define ENTRY_EXPORTED __attribute__((visibility("default")))

/* The vendor interface (jpki-pkcs11.h). */
CK_RV jpki_get_slot_status(CK_SLOT_ID slot, struct jpki_slot_status *status);
CK_RV jpki_get_readers(struct jpki_reader_list *list);
CK_RV jpki_get_asking(struct jpki_asking *asking);
CK_RV jpki_list_probes(struct jpki_probe_report *report);
CK_RV jpki_probe_card(CK_SLOT_ID slot, struct jpki_probe_report *report);
CK_RV jpki_probe_card_with_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len,
			       struct jpki_probe_report *report);
CK_RV jpki_tell_tries(CK_SESSION_HANDLE session, CK_ULONG tries);

#endif
