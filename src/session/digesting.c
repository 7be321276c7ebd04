/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"
#include "session/session.h"

/* Hashing touches no card and waits for nothing: the session is the whole of it. */

void
digesting_cancel(struct session *s)
{
	secret_wipe(&s->digesting, sizeof s->digesting);
}

CK_RV
digesting_init(struct session *s, const CK_MECHANISM *mechanism)
{
	const struct mechanism *found = mechanism_find(mechanism->mechanism, CKF_DIGEST, false);
	CK_RV rv;

	if (s->digesting.mechanism)
		return CKR_OPERATION_ACTIVE;
	if (!found)
		return CKR_MECHANISM_INVALID;
	rv = mechanism_check_parameter(found, mechanism);
	if (rv != CKR_OK)
		return rv;
	s->digesting = (struct digesting){.mechanism = found};
	digest_init(&s->digesting.digest, found->digest);
	return CKR_OK;
}

CK_RV
digesting_update(struct session *s, struct bytes part)
{
	if (!s->digesting.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	digest_update(&s->digesting.digest, part);
	return CKR_OK;
}

size_t
digesting_size(const struct session *s)
{
	return s->digesting.mechanism ? digest_size(s->digesting.mechanism->digest) : 0;
}

CK_RV
digesting_final(struct session *s, uint8_t hash[DIGEST_SIZE_MAX])
{
	if (!s->digesting.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	(void)digest_final(&s->digesting.digest, hash);
	digesting_cancel(s);
	return CKR_OK;
}
