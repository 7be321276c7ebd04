/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/steps.h"

#include <stdint.h>
#include <stdlib.h>

/* What a program hands to CKM_RSA_PKCS: the DigestInfo of a SHA-256 value (RFC 8017 9.2). */
const uint8_t bench_input[51] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

static CK_RV
initialize(struct bench_p11 *p)
{
	return p->f->C_Initialize(NULL);
}

static CK_RV
list_slots(struct bench_p11 *p)
{
	CK_ULONG count = 0;
	CK_RV rv = p->f->C_GetSlotList(CK_TRUE, NULL, &count);

	if (rv != CKR_OK)
		return rv;
	if (count != 2)
		return CKR_TOKEN_NOT_PRESENT;
	return p->f->C_GetSlotList(CK_TRUE, p->slots, &count);
}

static CK_RV
get_token_infos(struct bench_p11 *p)
{
	CK_TOKEN_INFO info;
	CK_RV rv = p->f->C_GetTokenInfo(p->slots[0], &info);

	return rv == CKR_OK ? p->f->C_GetTokenInfo(p->slots[1], &info) : rv;
}

static CK_RV
get_auth_info(struct bench_p11 *p)
{
	CK_TOKEN_INFO info;

	return p->f->C_GetTokenInfo(p->slots[0], &info);
}

static CK_RV
get_sign_info(struct bench_p11 *p)
{
	CK_TOKEN_INFO info;

	return p->f->C_GetTokenInfo(p->slots[1], &info);
}

static CK_RV
get_pss_info(struct bench_p11 *p)
{
	CK_MECHANISM_INFO info;
	CK_RV rv = p->f->C_GetMechanismInfo(p->slots[0], CKM_RSA_PKCS_PSS, &info);

	return rv == CKR_MECHANISM_INVALID ? CKR_OK : rv; /* OpenSC has none for this card */
}

static CK_RV
list_mechanisms(struct bench_p11 *p)
{
	CK_MECHANISM_TYPE types[64];
	CK_ULONG count = 0;
	CK_RV rv = p->f->C_GetMechanismList(p->slots[0], NULL, &count);

	if (rv != CKR_OK)
		return rv;
	count = sizeof types / sizeof types[0];
	return p->f->C_GetMechanismList(p->slots[0], types, &count);
}

static CK_RV
open_on(struct bench_p11 *p, CK_SLOT_ID slot)
{
	return p->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
				   &p->session);
}

static CK_RV
open_auth(struct bench_p11 *p)
{
	return open_on(p, p->slots[0]);
}

static CK_RV
open_sign(struct bench_p11 *p)
{
	return open_on(p, p->slots[1]);
}

static CK_RV
login_auth(struct bench_p11 *p)
{
	static CK_UTF8CHAR pin[] = BENCH_PIN_AUTH;

	return p->f->C_Login(p->session, CKU_USER, pin, sizeof pin - 1);
}

static CK_RV
login_sign(struct bench_p11 *p)
{
	static CK_UTF8CHAR pin[] = BENCH_PIN_SIGN;

	return p->f->C_Login(p->session, CKU_USER, pin, sizeof pin - 1);
}

static CK_RV
close_session(struct bench_p11 *p)
{
	return p->f->C_CloseSession(p->session);
}

/* The objects of a class, FOUND_MAX at most. */
#define FOUND_MAX 8

static CK_RV
find_all(struct bench_p11 *p, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *found, CK_ULONG *count)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_RV rv = p->f->C_FindObjectsInit(p->session, &template, 1);

	if (rv != CKR_OK)
		return rv;
	rv = p->f->C_FindObjects(p->session, found, FOUND_MAX, count);
	(void)p->f->C_FindObjectsFinal(p->session);
	return rv == CKR_OK && *count == 0 ? CKR_OBJECT_HANDLE_INVALID : rv;
}

/* The first one's handle. */
static CK_RV
find(struct bench_p11 *p, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *first)
{
	CK_OBJECT_HANDLE found[FOUND_MAX];
	CK_ULONG count = 0;
	CK_RV rv = find_all(p, class, found, &count);

	*first = found[0];
	return rv;
}

static CK_RV
read_value(struct bench_p11 *p, CK_OBJECT_HANDLE object)
{
	CK_ATTRIBUTE value = {CKA_VALUE, NULL, 0};
	CK_RV rv = p->f->C_GetAttributeValue(p->session, object, &value, 1);

	if (rv != CKR_OK)
		return rv;
	value.pValue = malloc(value.ulValueLen);
	if (!value.pValue)
		return CKR_HOST_MEMORY;
	rv = p->f->C_GetAttributeValue(p->session, object, &value, 1);
	free(value.pValue);
	return rv;
}

/* The holder's own certificate, which both modules list before the authority's. */
static CK_RV
read_certificate(struct bench_p11 *p)
{
	CK_OBJECT_HANDLE certificate;
	CK_RV rv = find(p, CKO_CERTIFICATE, &certificate);

	return rv == CKR_OK ? read_value(p, certificate) : rv;
}

static CK_RV
read_certificates(struct bench_p11 *p)
{
	CK_OBJECT_HANDLE found[FOUND_MAX];
	CK_ULONG count = 0;
	CK_RV rv = find_all(p, CKO_CERTIFICATE, found, &count);

	for (CK_ULONG i = 0; i < count && rv == CKR_OK; i++)
		rv = read_value(p, found[i]);
	return rv;
}

static CK_RV
find_key(struct bench_p11 *p)
{
	return find(p, CKO_PRIVATE_KEY, &p->key);
}

CK_RV
bench_sign_only(struct bench_p11 *p)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE signature[256];
	CK_ULONG len = sizeof signature;
	CK_RV rv = p->f->C_SignInit(p->session, &mechanism, p->key);

	if (rv == CKR_OK)
		rv = p->f->C_Sign(p->session, (CK_BYTE *)(uintptr_t)bench_input, sizeof bench_input,
				  signature, &len);
	return rv == CKR_OK && len != sizeof signature ? CKR_SIGNATURE_LEN_RANGE : rv;
}

/* clang-format off */
static const struct bench_call
	call_initialize = {"C_Initialize", initialize},
	call_slots = {"C_GetSlotList", list_slots},
	call_token_infos = {"C_GetTokenInfo", get_token_infos},
	call_mechanisms = {"C_GetMechanismList", list_mechanisms},
	call_open_auth = {"C_OpenSession (authentication)", open_auth},
	call_open_sign = {"C_OpenSession (signature)", open_sign},
	call_login_auth = {"C_Login (authentication)", login_auth},
	call_login_sign = {"C_Login (signature)", login_sign},
	call_close = {"C_CloseSession", close_session},
	call_auth_info = {"C_GetTokenInfo (authentication)", get_auth_info},
	call_sign_info = {"C_GetTokenInfo (signature)", get_sign_info},
	call_pss_info = {"C_GetMechanismInfo", get_pss_info},
	call_certificate = {"reading a certificate", read_certificate},
	call_certificates = {"reading the certificates", read_certificates},
	call_find_key = {"finding the key", find_key},
	call_sign = {"a signature", bench_sign_only};

#define COLD_TOKENS &call_initialize, &call_slots, &call_token_infos
#define COLD_AUTH &call_initialize, &call_slots, &call_open_auth, &call_login_auth
#define SIGN &call_find_key, &call_sign
/* p11tool opens a session and logs in anew for each of the token's objects. */
#define P11TOOL_LOGIN &call_auth_info, &call_open_auth, &call_login_auth
#define COLD_SIGN &call_initialize, &call_slots, &call_open_sign, &call_login_sign

const struct bench_call *const bench_ready_to_sign[BENCH_CALLS_MAX] = {COLD_AUTH, &call_find_key};

const struct bench_step bench_steps[] = {
	{"C_Initialize", 0, 0, {NULL}, {&call_initialize}},
	/* EF 0008, EF 0006, EF 000A; two questions for the tries left */
	{"slot list + both token infos", 10, 5, {NULL}, {COLD_TOKENS}},
	/* the probe and its control */
	{"mechanism list (PSS probe), once per insertion", 5, 2, {COLD_TOKENS}, {&call_mechanisms}},
	{"find certificates on the auth token, read one value", 9, 1, {COLD_TOKENS},
	 {&call_open_auth, &call_certificate}},
	/* the question for the tries left, the PIN */
	{"login alone", 6, 2, {COLD_TOKENS, &call_open_auth}, {&call_login_auth}},
	/* EF 0008, EF 0006; the question; the PIN at login and again for the signature */
	{"cold start to first authentication signature", 14, 6, {NULL}, {COLD_AUTH, SIGN}},
	{"each further signature", 5, 2, {COLD_AUTH, SIGN}, {SIGN}},
	/* EF 0008, EF 0006; the question, the PIN; EF 0001 */
	{"cold start to the signing certificate read", 17, 5, {NULL},
	 {COLD_SIGN, &call_certificate}},
	/* What these programs call, in their order: the first look, EF 0006 and a question, the
	 * login, the signature. */
	{"as pkcs11-tool --login --sign", 18, 9, {NULL},
	 {&call_initialize, &call_slots, &call_auth_info, &call_open_auth, &call_auth_info,
	  &call_login_auth, SIGN, &call_close}},
	/* the first look, EF 0006 and a question; the probe and its control */
	{"as p11tool --list-mechanisms", 11, 6, {NULL},
	 {&call_initialize, &call_slots, &call_auth_info, &call_mechanisms, &call_auth_info,
	  &call_mechanisms, &call_auth_info, &call_pss_info}},
	/* the same; 6 for each of five logins; 8 and 7 for the certificates; the other token's tries */
	{"as p11tool --login --list-all", 58, 24, {NULL},
	 {&call_initialize, &call_slots, &call_auth_info, &call_open_auth, &call_close,
	  P11TOOL_LOGIN, &call_certificates, &call_close, &call_sign_info,
	  P11TOOL_LOGIN, &call_certificates, &call_close,
	  P11TOOL_LOGIN, &call_certificates, &call_close,
	  P11TOOL_LOGIN, &call_find_key, &call_auth_info, &call_pss_info, &call_close,
	  P11TOOL_LOGIN, &call_certificates, &call_close}},
};
/* clang-format on */
const size_t bench_step_count = sizeof bench_steps / sizeof bench_steps[0];

CK_RV
bench_run_calls(struct bench_p11 *p, const struct bench_call *const calls[],
		const struct bench_call **failed)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; i < BENCH_CALLS_MAX && calls[i] && rv == CKR_OK; i++) {
		rv = calls[i]->run(p);
		if (rv != CKR_OK && failed)
			*failed = calls[i];
	}
	return rv;
}
