/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/secret.h"
#include "session/access.h"
#include "session/asking.h"
#include "session/rv.h"
#include "session/session.h"

void
signing_cancel(struct session *s)
{
	secret_wipe(&s->signing, sizeof s->signing);
}

static CK_RV
find_mechanism(struct module *m, struct session *s, const CK_MECHANISM *given,
	       const struct mechanism **found)
{
	struct token_view view;
	bool pss = true;
	CK_RV rv = CKR_OK;

	*found = mechanism_find(given->mechanism, CKF_SIGN, pss);
	if (*found && (*found)->pss)
		rv = session_learn_pss(m, s, &pss);
	if (rv != CKR_OK)
		return rv;
	/* A card that asks the PIN first will tell when it is to sign. */
	session_view(m, s, &view);
	pss |= view.pss == TOKEN_NOT_LEARNT;
	*found = mechanism_find(given->mechanism, CKF_SIGN, pss);
	return *found ? mechanism_check_parameter(*found, given) : CKR_MECHANISM_INVALID;
}

CK_RV
signing_init(struct module *m, struct session *s, const CK_MECHANISM *mechanism,
	     CK_OBJECT_HANDLE key)
{
	const struct mechanism *found;
	struct object_view o;
	CK_RV rv;

	if (s->signing.mechanism)
		return CKR_OPERATION_ACTIVE;
	rv = find_mechanism(m, s, mechanism, &found);
	if (rv != CKR_OK)
		return rv;
	if (!objects_get(m, s, key, &o))
		return CKR_KEY_HANDLE_INVALID;
	if (o.kind == OBJECT_PUBLIC_KEY)
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	if (o.kind != OBJECT_PRIVATE_KEY)
		return CKR_KEY_HANDLE_INVALID;
	s->signing = (struct signing){.mechanism = found, .key = key};
	if (found->digest != DIGEST_NONE)
		digest_init(&s->signing.digest, found->digest);
	return CKR_OK;
}

CK_RV
signing_update(struct session *s, struct bytes part)
{
	struct signing *op = &s->signing;

	if (!op->mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (op->mechanism->digest != DIGEST_NONE) {
		digest_update(&op->digest, part);
		return CKR_OK;
	}
	if (part.len > mechanism_input_max(op->mechanism) - op->input_len) {
		signing_cancel(s);
		return CKR_DATA_LEN_RANGE;
	}
	if (part.len > 0)
		memcpy(op->input + op->input_len, part.data, part.len);
	op->input_len += part.len;
	return CKR_OK;
}

/* What goes to the card: the program's own input, a hash, or a hash in its DigestInfo. */
static struct bytes
make_input(struct signing *op, uint8_t room[DIGEST_INFO_MAX])
{
	uint8_t hash[DIGEST_SIZE_MAX];
	size_t len;

	if (op->mechanism->digest == DIGEST_NONE)
		return (struct bytes){op->input, op->input_len};
	len = digest_final(&op->digest, hash);
	if (op->mechanism->pss)
		memcpy(room, hash, len);
	else
		len = digest_info(op->mechanism->digest, (struct bytes){hash, len}, room);
	return (struct bytes){room, len};
}

/* Few programs know that a key may want its PIN for each signature; the user's agent does. */
static CK_RV
ask_consent(struct module *m, struct session *s)
{
	return asking_is_possible(m) ? login_context(m, s, (struct bytes){NULL, 0})
				     : CKR_USER_NOT_LOGGED_IN;
}

static CK_RV
sign(struct module *m, struct session *s, uint8_t signature[LAYOUT_SIGNATURE_SIZE])
{
	uint8_t room[DIGEST_INFO_MAX];
	struct signing *op = &s->signing;
	struct object_view key;
	struct bytes input;
	struct token *t;
	enum result r;
	CK_RV rv;

	if (!objects_get(m, s, op->key, &key))
		return CKR_USER_NOT_LOGGED_IN; /* logged out since C_SignInit */
	input = make_input(op, room);
	if (input.len < mechanism_input_min(op->mechanism))
		return CKR_DATA_LEN_RANGE;
	if (key.ask_pin_each_signature && !op->confirmed) {
		rv = ask_consent(m, s);
		if (rv != CKR_OK)
			return rv;
	}
	r = access_begin(m, s->reader, &t);
	if (r == RESULT_OK)
		r = access_end(
			m, s->reader,
			token_sign(t, s->insertion, s->key, op->mechanism->pss, input, signature));
	return rv_of_result(r);
}

CK_RV
signing_final(struct module *m, struct session *s, uint8_t signature[LAYOUT_SIGNATURE_SIZE])
{
	CK_RV rv;

	if (!s->signing.mechanism)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = sign(m, s, signature);
	signing_cancel(s);
	return rv;
}
