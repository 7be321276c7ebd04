/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashing touches no card and waits for nothing: the session is the whole of it. */
#include <string.h>

#include "base/secret.h"
#include "session/session.h"

#define STATE_FORMAT 0x4a504b4944494731UL

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

CK_RV
digesting_save(const struct session *s, struct digesting_state *state)
{
	if (s->signing.mechanism)
		return CKR_STATE_UNSAVEABLE;
	if (!s->digesting.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	memset(state, 0, sizeof *state);
	state->format = STATE_FORMAT;
	state->type = s->digesting.mechanism->type;
	state->multi_part = s->digesting.multi_part;
	state->digest = s->digesting.digest;
	return CKR_OK;
}

CK_RV
digesting_restore(struct session *s, struct bytes saved)
{
	struct digesting_state state;
	const struct mechanism *found = NULL;
	CK_RV rv = CKR_SAVED_STATE_INVALID;

	if (saved.len != sizeof state)
		return rv;
	memcpy(&state, saved.data, sizeof state);
	if (state.format == STATE_FORMAT)
		found = mechanism_find(state.type, CKF_DIGEST, false);
	if (found && found->digest == state.digest.kind && digest_is_sound(&state.digest)) {
		s->digesting = (struct digesting){found, state.multi_part != 0, state.digest};
		rv = CKR_OK;
	}
	secret_wipe(&state, sizeof state);
	return rv;
}
