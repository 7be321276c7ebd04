/* SPDX-License-Identifier: BSD-2-Clause */
/* Slot and token management functions (PKCS#11 2.40 5.5). */
#include "session/slot.h"

#include <limits.h>

#include "p11/api.h"
#include "p11/entry.h"
#include "session/asking.h"

CK_RV
C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = count ? slot_list(api.module, token_present, list, count) : CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

CK_RV
C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = info ? slot_info(api.module, slot, info) : CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

CK_RV
C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = info ? slot_token_info(api.module, slot, info) : CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

CK_RV
C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = count ? slot_mechanism_list(api.module, slot, list, count) : CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

CK_RV
C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = info ? slot_mechanism_info(api.module, slot, type, info) : CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

CK_RV
C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!slot || reserved))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = slot_wait_for_event(api.module, !(flags & CKF_DONT_BLOCK), slot);
	return api_end(&api, rv);
}

/*
 * Nothing on the card but the PINs can be changed by its holder (card fact 2.1). Which slot is
 * meant is looked at first.
 */
CK_RV
C_InitToken(CK_SLOT_ID slot, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len, CK_UTF8CHAR_PTR label)
{
	CK_SLOT_INFO info = {.flags = 0};
	struct api api;
	CK_RV rv = api_begin(&api);

	(void)pin;
	(void)pin_len;
	(void)label;
	if (rv == CKR_OK)
		rv = slot_info(api.module, slot, &info);
	if (rv == CKR_OK)
		rv = info.flags & CKF_TOKEN_PRESENT ? CKR_TOKEN_WRITE_PROTECTED
						    : CKR_TOKEN_NOT_PRESENT;
	return api_end(&api, rv);
}

/* There is no security officer at home: a kiosk or the municipal office unblocks PINs. */
CK_RV
C_InitPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	(void)session;
	(void)pin;
	(void)pin_len;
	return api_unsupported(CKR_FUNCTION_NOT_SUPPORTED);
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len,
	 CK_UTF8CHAR_PTR new_pin, CK_ULONG new_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	/* Without either the user's agent asks for both. */
	if (rv == CKR_OK && (!old_pin || !new_pin) &&
	    (old_pin || new_pin || !asking_is_possible(api.module)))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK && old_pin && (old_len == 0 || new_len == 0))
		rv = CKR_PIN_LEN_RANGE;
	if (rv == CKR_OK)
		rv = login_set_pin(api.module, api.session, (struct bytes){old_pin, old_len},
				   (struct bytes){new_pin, new_len});
	return api_end(&api, rv);
}

CK_RV
jpki_get_slot_status(CK_SLOT_ID slot, struct jpki_slot_status *status)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!status || status->size != sizeof *status))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = slot_status(api.module, slot, status);
	return api_end(&api, rv);
}

CK_RV
jpki_get_readers(struct jpki_reader_list *list)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!list || list->size != sizeof *list))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		slot_readers(api.module, list);
	return api_end(&api, rv);
}

CK_RV
jpki_get_asking(struct jpki_asking *asking)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!asking || asking->size != sizeof *asking))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		asking_describe(api.module, asking);
	return api_end(&api, rv);
}

CK_RV
jpki_list_probes(struct jpki_probe_report *report)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!report || report->size != sizeof *report))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		slot_list_probes(report);
	return api_end(&api, rv);
}

CK_RV
jpki_probe_card(CK_SLOT_ID slot, struct jpki_probe_report *report)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && (!report || report->size != sizeof *report))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = slot_probe(api.module, slot, report);
	return api_end(&api, rv);
}

CK_RV
jpki_probe_card_with_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len,
			 struct jpki_probe_report *report)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && (!pin || !report || report->size != sizeof *report))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = slot_probe_with_pin(api.module, api.session, (struct bytes){pin, pin_len},
					 report);
	return api_end(&api, rv);
}

CK_RV
jpki_tell_tries(CK_SESSION_HANDLE session, CK_ULONG tries)
{
	struct api api;
	const CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK)
		api.session->told = tries < INT_MAX ? (unsigned int)tries : INT_MAX;
	return api_end(&api, rv);
}
