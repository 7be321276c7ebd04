/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digesting functions (PKCS#11 2.40 5.10, 3.0 5.12), and the state of a session, which is
 * that of its hash (2.40 5.6): Java copies hashes this way, and takes a copy that failed for an
 * empty one.
 */
#include <string.h>

#include "base/secret.h"
#include "p11/api.h"
#include "p11/entry.h"

/* Bad arguments end the operation as any other failure does. */
static CK_RV
refuse_arguments(struct session *s)
{
	digesting_cancel(s);
	return CKR_ARGUMENTS_BAD;
}

CK_RV
C_DigestInit(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && mechanism)
		rv = digesting_init(api.session, mechanism);
	else if (rv == CKR_OK && !api.session->digesting.mechanism)
		rv = CKR_ARGUMENTS_BAD;
	else if (rv == CKR_OK)
		digesting_cancel(api.session); /* PKCS#11 3.0 5.12.1 */
	return api_end(&api, rv);
}

CK_RV
C_DigestUpdate(CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG part_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !part && part_len > 0)
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = digesting_update(api.session, (struct bytes){part, part_len});
	if (rv == CKR_OK)
		api.session->digesting.multi_part = true;
	return api_end(&api, rv);
}

/* begin, [more,] end: what C_Digest and C_DigestFinal share. */
static CK_RV
finish(struct session *s, const struct bytes *data, CK_BYTE *hash, CK_ULONG *hash_len)
{
	uint8_t made[DIGEST_SIZE_MAX];
	const size_t size = digesting_size(s);
	CK_RV rv;

	if (!s->digesting.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (data && s->digesting.multi_part)
		return CKR_OPERATION_ACTIVE;
	if (api_is_size_query(size, hash, hash_len, &rv))
		return rv;
	rv = data ? digesting_update(s, *data) : CKR_OK;
	if (rv == CKR_OK)
		rv = digesting_final(s, made);
	if (rv == CKR_OK)
		memcpy(hash, made, size);
	secret_wipe(made, sizeof made);
	return rv;
}

CK_RV
C_Digest(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR digest,
	 CK_ULONG_PTR digest_len)
{
	const struct bytes all = {data, data_len};
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && (!digest_len || (!data && data_len > 0)))
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = finish(api.session, &all, digest, digest_len);
	return api_end(&api, rv);
}

CK_RV
C_DigestFinal(CK_SESSION_HANDLE session, CK_BYTE_PTR digest, CK_ULONG_PTR digest_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !digest_len)
		rv = refuse_arguments(api.session);
	if (rv == CKR_OK)
		rv = finish(api.session, NULL, digest, digest_len);
	return api_end(&api, rv);
}

static CK_RV
save(const struct session *s, CK_BYTE *state, CK_ULONG *state_len)
{
	struct digesting_state made;
	CK_RV rv = digesting_save(s, &made);

	if (rv != CKR_OK || api_is_size_query(sizeof made, state, state_len, &rv))
		return rv;
	memcpy(state, &made, sizeof made);
	secret_wipe(&made, sizeof made);
	return CKR_OK;
}

CK_RV
C_GetOperationState(CK_SESSION_HANDLE session, CK_BYTE_PTR state, CK_ULONG_PTR state_len)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !state_len)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = save(api.session, state, state_len);
	return api_end(&api, rv);
}

CK_RV
C_SetOperationState(CK_SESSION_HANDLE session, CK_BYTE_PTR state, CK_ULONG state_len,
		    CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !state)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK && (encryption_key || authentication_key))
		rv = CKR_KEY_NOT_NEEDED;
	if (rv == CKR_OK)
		rv = digesting_restore(api.session, (struct bytes){state, state_len});
	return api_end(&api, rv);
}
