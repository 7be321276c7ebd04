/* SPDX-License-Identifier: BSD-2-Clause */
/* Session management functions (PKCS#11 2.40 5.6, 3.0 5.6). */
#include "p11/api.h"
#include "p11/entry.h"
#include "session/asking.h"

CK_RV
C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify,
	      CK_SESSION_HANDLE_PTR session)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	/* No event is ever reported (PKCS#11 2.40 5.18). */
	(void)application;
	(void)notify;
	if (rv == CKR_OK && !session)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK && !(flags & CKF_SERIAL_SESSION))
		rv = CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	if (rv == CKR_OK)
		rv = session_open(api.module, slot, flags & (CKF_SERIAL_SESSION | CKF_RW_SESSION),
				  session);
	return api_end(&api, rv);
}

CK_RV
C_CloseSession(CK_SESSION_HANDLE session)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = session_close(api.module, session);
	return api_end(&api, rv);
}

CK_RV
C_CloseAllSessions(CK_SLOT_ID slot)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK)
		rv = session_close_all(api.module, slot);
	return api_end(&api, rv);
}

CK_RV
C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info)
{
	CK_SESSION_INFO unwanted;
	struct api api;
	CK_RV rv = api_begin(&api); /* not that of a session: nobody waits for its call here */

	if (rv == CKR_OK)
		rv = session_info(api.module, session, info ? info : &unwanted);
	if (rv == CKR_OK && !info)
		rv = CKR_ARGUMENTS_BAD;
	return api_end(&api, rv);
}

/* A program without a PIN leaves it to the user's agent, where there is one. */
static CK_RV
check_pin(const struct api *api, const CK_BYTE *pin, CK_ULONG len)
{
	if ((pin && len > 0) || asking_is_possible(api->module))
		return CKR_OK;
	return pin ? CKR_PIN_LEN_RANGE : CKR_ARGUMENTS_BAD;
}

CK_RV
C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && user != CKU_USER && user != CKU_CONTEXT_SPECIFIC)
		rv = CKR_USER_TYPE_INVALID; /* a security officer: there is none at home */
	if (rv == CKR_OK)
		rv = check_pin(&api, pin, pin_len);
	if (rv == CKR_OK)
		rv = (user == CKU_USER ? login_user : login_context)(
			api.module, api.session, (struct bytes){pin_len > 0 ? pin : NULL, pin_len});
	return api_end(&api, rv);
}

CK_RV
C_Logout(CK_SESSION_HANDLE session)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK)
		rv = login_logout(api.module, api.session);
	return api_end(&api, rv);
}

CK_RV
C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && (flags & CKF_SIGN))
		signing_cancel(api.session);
	if (rv == CKR_OK && (flags & CKF_DIGEST))
		digesting_cancel(api.session);
	if (rv == CKR_OK && (flags & CKF_FIND_OBJECTS))
		api.session->find.active = false;
	return api_end(&api, rv);
}
