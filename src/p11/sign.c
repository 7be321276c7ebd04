/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing functions (PKCS#11 2.40 5.13). */
#include <string.h>

#include "p11/api.h"
#include "p11/entry.h"

/* Bad arguments end the operation as any other failure does (PKCS#11 2.40 5.11.2). */
static CK_RV
refuse_arguments(struct session *s)
{
	signing_cancel(s);
	return CKR_ARGUMENTS_BAD;
}

CK_RV
C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && mechanism)
		rv = signing_init(api.module, api.session, mechanism, key);
	else if (rv == CKR_OK && !api.session->signing.mechanism)
		rv = CKR_ARGUMENTS_BAD;
	else if (rv == CKR_OK)
		signing_cancel(api.session); /* PKCS#11 3.0 5.13.1 */
	return api_end(&api, rv);
}

CK_RV
C_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG part_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !part && part_len > 0)
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = signing_update(api.session, (struct bytes){part, part_len});
	if (rv == CKR_OK)
		api.session->signing.multi_part = true;
	return api_end(&api, rv);
}

/* begin, [more,] end: what C_Sign and C_SignFinal share. */
static CK_RV
finish(struct api *api, const struct bytes *data, CK_BYTE *signature, CK_ULONG *signature_len)
{
	uint8_t made[LAYOUT_SIGNATURE_SIZE];
	CK_RV rv;

	if (!api->session->signing.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (data && api->session->signing.multi_part)
		return CKR_OPERATION_ACTIVE;
	if (api_is_size_query(LAYOUT_SIGNATURE_SIZE, signature, signature_len, &rv))
		return rv;
	rv = data ? signing_update(api->session, *data) : CKR_OK;
	if (rv == CKR_OK)
		rv = signing_final(api->module, api->session, made);
	if (rv == CKR_OK)
		memcpy(signature, made, sizeof made);
	return rv;
}

CK_RV
C_Sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature,
       CK_ULONG_PTR signature_len)
{
	const struct bytes all = {data, data_len};
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && (!signature_len || (!data && data_len > 0)))
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = finish(&api, &all, signature, signature_len);
	return api_end(&api, rv);
}

CK_RV
C_SignFinal(CK_SESSION_HANDLE session, CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !signature_len)
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = finish(&api, NULL, signature, signature_len);
	return api_end(&api, rv);
}
