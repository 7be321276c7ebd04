/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/steps.h"

#include <stdint.h>
#include <string.h>

#include "tests/module/harness.h"

static const char text[] = "a document";
static const char *const wrong_pins[SLOTS] = {"9999", "ZZZ999"};
static const char *const new_pins[SLOTS] = {"5678", "NEW456"};

static CK_RV
open_session(struct run *r, int slot)
{
	CK_RV rv = r->f->C_OpenSession((CK_SLOT_ID)slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
				       NULL, &r->at[slot].session);

	r->at[slot].open = rv == CKR_OK;
	return rv;
}

static CK_RV
close_session(struct run *r, int slot)
{
	struct place *at = &r->at[slot];

	if (!at->open)
		return STEP_SKIPPED;
	at->open = at->logged_in = false;
	return r->f->C_CloseSession(at->session);
}

static CK_RV
list_slots(struct run *r, int slot)
{
	CK_SLOT_ID list[32];
	CK_ULONG count = 32;
	CK_RV rv = r->f->C_GetSlotList(slot == SIGN, list, &count);

	if (rv == CKR_OK && slot == AUTH && count < SLOTS)
		r->complaint = "a slot disappeared";
	return rv;
}

static CK_RV
slot_info(struct run *r, int slot)
{
	CK_SLOT_INFO info;

	return r->f->C_GetSlotInfo((CK_SLOT_ID)slot, &info);
}

static CK_RV
token_info(struct run *r, int slot)
{
	CK_TOKEN_INFO info;
	CK_RV rv = r->f->C_GetTokenInfo((CK_SLOT_ID)slot, &info);

	if (rv == CKR_OK && memcmp(info.label, slot ? "JPKI Sign" : "JPKI Auth", 9) != 0)
		r->complaint = "the wrong token's label";
	return rv;
}

static CK_RV
list_mechanisms(struct run *r, int slot)
{
	CK_MECHANISM_TYPE list[32];
	CK_ULONG count = 32;
	CK_RV rv = r->f->C_GetMechanismList((CK_SLOT_ID)slot, list, &count);

	if (rv == CKR_OK && (count == 0 || list[0] != CKM_RSA_PKCS))
		r->complaint = "CKM_RSA_PKCS is not the first mechanism";
	return rv;
}

/* Searches for a class; the number found into *count, the first into *first. */
static CK_RV
find(struct run *r, int slot, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE found[8], CK_ULONG *count)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_SESSION_HANDLE session = r->at[slot].session;
	CK_RV rv = r->f->C_FindObjectsInit(session, &template, 1);

	*count = 0;
	if (rv != CKR_OK)
		return rv;
	rv = r->f->C_FindObjects(session, found, 8, count);
	if (rv == CKR_OK)
		rv = r->f->C_FindObjectsFinal(session);
	return rv;
}

static CK_RV
read_value(struct run *r, int slot, CK_OBJECT_HANDLE object, uint8_t value[4096], CK_ULONG *len)
{
	CK_ATTRIBUTE a = {CKA_VALUE, value, 4096};
	CK_RV rv = r->f->C_GetAttributeValue(r->at[slot].session, object, &a, 1);

	*len = a.ulValueLen;
	if (rv == CKR_OK && (a.ulValueLen < 1000 || a.ulValueLen > 4096 || value[0] != 0x30))
		r->complaint = "a certificate is cut off";
	return rv;
}

/* All certificates that the token shows. */
static CK_RV
read_certificates(struct run *r, int slot)
{
	CK_OBJECT_HANDLE found[8];
	uint8_t value[4096];
	CK_ULONG count, len;
	CK_RV rv;

	if (!r->at[slot].open)
		return STEP_SKIPPED;
	rv = find(r, slot, CKO_CERTIFICATE, found, &count);
	for (CK_ULONG i = 0; i < count && rv == CKR_OK; i++)
		rv = read_value(r, slot, found[i], value, &len);
	return rv;
}

/* A search that only the certificates themselves can answer. */
static CK_RV
search_by_value(struct run *r, int slot)
{
	static const uint8_t no_value[] = {0x30, 0x00};
	CK_ATTRIBUTE template = {CKA_VALUE, (void *)(uintptr_t)no_value, sizeof no_value};
	CK_OBJECT_HANDLE found;
	CK_ULONG count = 0;
	CK_RV rv;

	if (!r->at[slot].open)
		return STEP_SKIPPED;
	rv = r->f->C_FindObjectsInit(r->at[slot].session, &template, 1);
	if (rv != CKR_OK)
		return rv;
	rv = r->f->C_FindObjects(r->at[slot].session, &found, 1, &count);
	if (count != 0)
		r->complaint = "found a certificate that nobody has";
	return rv == CKR_OK ? r->f->C_FindObjectsFinal(r->at[slot].session) : rv;
}

static CK_RV
type_pin(struct run *r, int slot, const char *pin)
{
	CK_UTF8CHAR copy[16];
	size_t len = strlen(pin);

	memcpy(copy, pin, len);
	return r->f->C_Login(r->at[slot].session, CKU_USER, copy, len);
}

static CK_RV
login(struct run *r, int slot)
{
	CK_RV rv;

	if (!r->at[slot].open)
		return STEP_SKIPPED;
	rv = type_pin(r, slot, r->at[slot].pin);
	r->at[slot].logged_in = rv == CKR_OK;
	if (rv == CKR_OK) {
		r->at[slot].new_pin = NULL; /* not that one, then */
		r->at[slot].wrong = false;
	}
	return rv;
}

/* One wrong PIN costs one try, however often it is given and whatever becomes of the answers. */
static CK_RV
login_with_wrong_pin(struct run *r, int slot)
{
	struct place *at = &r->at[slot];
	CK_RV rv;

	if (!at->open)
		return STEP_SKIPPED;
	if (!at->wrong)
		at->spent++;
	at->wrong = true;
	rv = type_pin(r, slot, wrong_pins[slot]);
	if (rv == CKR_OK)
		r->complaint = "a wrong PIN was taken";
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ? CKR_OK : rv;
}

static CK_RV
logout(struct run *r, int slot)
{
	if (!r->at[slot].open || !r->at[slot].logged_in)
		return STEP_SKIPPED;
	r->at[slot].logged_in = false;
	return r->f->C_Logout(r->at[slot].session);
}

static CK_RV
find_key(struct run *r, int slot)
{
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count;
	CK_RV rv;

	r->at[slot].key = CK_INVALID_HANDLE;
	if (!r->at[slot].open || !r->at[slot].logged_in)
		return STEP_SKIPPED;
	rv = find(r, slot, CKO_PRIVATE_KEY, found, &count);
	if (rv != CKR_OK)
		return rv;
	r->at[slot].key = count == 1 ? found[0] : CK_INVALID_HANDLE;
	return count == 1 ? CKR_OK : CKR_KEY_HANDLE_INVALID;
}

static CK_RV
sign_with(struct run *r, int slot, CK_MECHANISM *mechanism, bool pss)
{
	struct place *at = &r->at[slot];
	CK_BYTE data[sizeof text], signature[256];
	CK_ULONG len = sizeof signature;
	CK_RV rv;

	if (!at->open || !at->logged_in || at->key == CK_INVALID_HANDLE)
		return STEP_SKIPPED;
	memcpy(data, text, sizeof text);
	rv = r->f->C_SignInit(at->session, mechanism, at->key);
	if (rv == CKR_OK)
		rv = r->f->C_Sign(at->session, data, sizeof data, signature, &len);
	if (rv != CKR_OK || !at->public_key || at->any_card)
		return rv;
	if (!(pss ? verify_pss(at->public_key, text, sizeof text, signature)
		  : verify_v15(at->public_key, "SHA256", text, sizeof text, signature)))
		r->complaint = "the signature is wrong";
	return rv;
}

CK_RV
run_sign(struct run *r, int slot)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};

	return sign_with(r, slot, &mechanism, false);
}

static CK_RV
sign_pss(struct run *r, int slot)
{
	CK_RSA_PKCS_PSS_PARAMS parameters = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS_PSS, &parameters, sizeof parameters};
	CK_RV rv = sign_with(r, slot, &mechanism, true);

	if (r->no_pss && rv == CKR_OK && !r->at[slot].any_card)
		r->complaint = "a signature of a kind that this card does not make";
	return r->no_pss && rv == CKR_MECHANISM_INVALID ? CKR_OK : rv;
}

static const char *
other_pin(const struct place *at, int slot)
{
	if (strcmp(at->pin, new_pins[slot]) != 0)
		return new_pins[slot];
	return slot == SIGN ? PIN_SIGN : PIN_AUTH;
}

/* A login ends with a change whose outcome was lost: the module cannot know the PIN then. */
static bool
is_still_logged_in(struct run *r, int slot)
{
	CK_SESSION_INFO info = {0};

	return r->at[slot].logged_in &&
	       r->f->C_GetSessionInfo(r->at[slot].session, &info) == CKR_OK &&
	       info.state == CKS_RW_USER_FUNCTIONS;
}

/* From the PIN that is in force to the other one. */
static CK_RV
change_pin(struct run *r, int slot)
{
	struct place *at = &r->at[slot];
	CK_UTF8CHAR old_pin[16], new_pin[16];
	size_t old_len = strlen(at->pin), new_len;
	CK_RV rv;

	if (!at->open)
		return STEP_SKIPPED;
	at->new_pin = other_pin(at, slot);
	new_len = strlen(at->new_pin);
	memcpy(old_pin, at->pin, old_len);
	memcpy(new_pin, at->new_pin, new_len);
	rv = r->f->C_SetPIN(at->session, old_pin, old_len, new_pin, new_len);
	if (rv == CKR_OK) {
		at->pin = at->new_pin;
		at->new_pin = NULL;
	} else {
		at->logged_in = is_still_logged_in(r, slot);
	}
	return rv;
}

static CK_RV
session_info(struct run *r, int slot)
{
	CK_SESSION_INFO info;
	CK_RV rv;

	if (!r->at[slot].open)
		return STEP_SKIPPED;
	rv = r->f->C_GetSessionInfo(r->at[slot].session, &info);
	if (rv == CKR_OK && r->at[slot].logged_in != (info.state == CKS_RW_USER_FUNCTIONS))
		r->complaint = "the session's state is wrong";
	return rv;
}

/* The probes of the vendor interface. The fault may strike so that a try looks spent. */
static CK_RV
login_to_probe(struct run *r, int slot)
{
	const char *pin = r->at[slot].pin;
	struct jpki_probe_report report = {.size = sizeof report};
	CK_UTF8CHAR copy[16];
	CK_RV rv;

	if (!r->at[slot].open)
		return STEP_SKIPPED;
	memcpy(copy, pin, strlen(pin));
	rv = p11_own_functions("jpki-pkcs11")
		     ->probe_card_with_pin(r->at[slot].session, copy, strlen(pin), &report);
	return rv == CKR_FUNCTION_REJECTED ? CKR_PIN_INCORRECT : rv;
}

static CK_RV
ask_for_event(struct run *r, int slot)
{
	CK_SLOT_ID which;
	CK_RV rv = r->f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &which, NULL);

	(void)slot;
	return rv == CKR_NO_EVENT ? CKR_OK : rv;
}

/* Whether taking the card out is seen by the programs. */
static bool
card_is_seen(void)
{
	json_t *status = harness_sim_ask("status", NULL);
	json_t *reader = json_array_get(json_object_get(status, "readers"), 0);
	const char *service =
		json_string_value(json_object_get(json_object_get(status, "pcsc"), "service"));
	bool seen = json_is_string(json_object_get(reader, "card")) &&
		    json_is_true(json_object_get(reader, "plugged")) && service &&
		    strcmp(service, "running") == 0;

	json_decref(status);
	return seen;
}

static CK_RV
take_card_out_and_wait(struct run *r, int slot)
{
	CK_SLOT_ID which = 99;
	CK_RV rv;

	(void)slot;
	if (!card_is_seen())
		return STEP_SKIPPED;
	harness_sim("remove", NULL);
	rv = r->f->C_WaitForSlotEvent(0, &which, NULL);
	if (rv == CKR_OK && which >= SLOTS)
		r->complaint = "an event in a slot that is not there";
	return rv;
}

/* As it slips on the reader; for both tokens. */
static CK_RV
reinsert(struct run *r, int slot)
{
	(void)slot;
	if (!card_is_seen())
		return STEP_SKIPPED;
	harness_sim("remove", NULL);
	harness_sim("insert", CARD, NULL);
	r->reinserted = true;
	for (int i = 0; i < SLOTS; i++)
		r->at[i].open = r->at[i].logged_in = false;
	return CKR_OK;
}

static CK_RV
restart(struct run *r, int slot)
{
	CK_RV rv = r->f->C_Finalize(NULL);

	(void)slot;
	for (int i = 0; i < SLOTS; i++)
		r->at[i].open = r->at[i].logged_in = false;
	return rv == CKR_OK ? r->f->C_Initialize(NULL) : rv;
}

CK_RV
run_sign_anew(struct run *r, int slot)
{
	CK_RV rv = open_session(r, slot);

	if (rv != CKR_OK)
		return rv;
	rv = login(r, slot);
	r->at[slot].logged_in = rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN;
	if (!r->at[slot].logged_in)
		return rv;
	rv = find_key(r, slot);
	return rv == CKR_OK ? run_sign(r, slot) : rv;
}

CK_RV
run_settle_pin(struct run *r, int slot)
{
	struct place *at = &r->at[slot];
	CK_RV rv = run_sign_anew(r, slot);

	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID) {
		at->spent++;
		at->pin = other_pin(at, slot);
		rv = run_sign_anew(r, slot);
	}
	at->new_pin = NULL;
	if (rv == CKR_OK && strcmp(at->pin, new_pins[slot]) == 0)
		rv = change_pin(r, slot);
	return rv;
}

EVP_PKEY *
run_public_key(struct run *r, int slot)
{
	return p11_public_key(r->f, r->at[slot].session);
}

#define ACTION(verb, subject) static const struct action act_##verb = {#verb, subject, verb}
ACTION(open_session, STEP_SLOT);
ACTION(close_session, STEP_SESSION);
ACTION(list_slots, STEP_LOOKS);
ACTION(slot_info, STEP_LOOKS);
ACTION(token_info, STEP_SLOT);
ACTION(list_mechanisms, STEP_SLOT);
ACTION(read_certificates, STEP_SESSION);
ACTION(search_by_value, STEP_SESSION);
ACTION(login, STEP_SESSION);
ACTION(login_with_wrong_pin, STEP_SESSION);
ACTION(logout, STEP_SESSION);
ACTION(find_key, STEP_SESSION);
ACTION(sign_pss, STEP_SESSION);
ACTION(change_pin, STEP_SESSION);
ACTION(session_info, STEP_SESSION);
ACTION(login_to_probe, STEP_SESSION);
ACTION(ask_for_event, STEP_LOOKS);
ACTION(take_card_out_and_wait, STEP_LOOKS);
ACTION(reinsert, STEP_LOOKS);
ACTION(restart, STEP_LOOKS);
static const struct action act_sign = {"sign", STEP_SESSION, run_sign};

#define SIGNATURES(slot)                                                                           \
	{&act_slot_info, slot}, {&act_open_session, slot}, {&act_login, slot},                     \
		{&act_find_key, slot}, {&act_sign, slot}, {&act_session_info, slot},               \
		{&act_sign, slot}, {&act_slot_info, slot},                                         \
	{                                                                                          \
		&act_close_session, slot                                                           \
	}
/* A program that does not know better, and is started again. */
#define STALE_PIN(slot)                                                                            \
	{&act_open_session, slot}, {&act_login_with_wrong_pin, slot},                              \
		{&act_login_with_wrong_pin, slot}, {&act_reinsert, slot},                          \
		{&act_open_session, slot}, {&act_login_with_wrong_pin, slot},                      \
		{&act_restart, slot}, {&act_token_info, slot}, {&act_open_session, slot},          \
		{&act_login_with_wrong_pin, slot}, {&act_login_with_wrong_pin, slot},              \
		{&act_login, slot},                                                                \
	{                                                                                          \
		&act_close_session, slot                                                           \
	}
#define PIN_CHANGE(slot)                                                                           \
	{&act_open_session, slot}, {&act_change_pin, slot}, {&act_login, slot},                    \
		{&act_find_key, slot}, {&act_change_pin, slot}, {&act_sign, slot},                 \
		{&act_session_info, slot},                                                         \
	{                                                                                          \
		&act_close_session, slot                                                           \
	}

const struct scenario scenarios[] = {
	{"list",
	 {{&act_list_slots, AUTH},
	  {&act_list_slots, SIGN},
	  {&act_slot_info, AUTH},
	  {&act_token_info, AUTH},
	  {&act_slot_info, SIGN},
	  {&act_token_info, SIGN},
	  {NULL, 0}}},
	{"certificates",
	 {{&act_open_session, AUTH},
	  {&act_read_certificates, AUTH},
	  {&act_open_session, SIGN},
	  {&act_read_certificates, SIGN},
	  {&act_search_by_value, AUTH},
	  {&act_close_session, SIGN},
	  {NULL, 0}}},
	{"login-auth",
	 {{&act_token_info, AUTH},
	  {&act_open_session, AUTH},
	  {&act_login, AUTH},
	  {&act_find_key, AUTH},
	  {&act_session_info, AUTH},
	  {&act_token_info, AUTH},
	  {&act_close_session, AUTH},
	  {NULL, 0}}},
	{"login-sign",
	 {{&act_open_session, SIGN},
	  {&act_login, SIGN},
	  {&act_find_key, SIGN},
	  {&act_read_certificates, SIGN},
	  {&act_session_info, SIGN},
	  {&act_close_session, SIGN},
	  {NULL, 0}}},
	{"login-wrong-auth",
	 {{&act_open_session, AUTH},
	  {&act_login_with_wrong_pin, AUTH},
	  {&act_login_with_wrong_pin, AUTH},
	  {&act_login, AUTH},
	  {&act_close_session, AUTH},
	  {NULL, 0}}},
	{"login-wrong-sign",
	 {{&act_open_session, SIGN},
	  {&act_login_with_wrong_pin, SIGN},
	  {&act_login_with_wrong_pin, SIGN},
	  {&act_login, SIGN},
	  {&act_close_session, SIGN},
	  {NULL, 0}}},
	{"stale-pin-auth", {STALE_PIN(AUTH), {NULL, 0}}},
	{"stale-pin-sign", {STALE_PIN(SIGN), {NULL, 0}}},
	{"sign-auth", {SIGNATURES(AUTH), {NULL, 0}}},
	{"sign-sign", {SIGNATURES(SIGN), {NULL, 0}}},
	{"sign-both",
	 {{&act_open_session, AUTH},
	  {&act_login, AUTH},
	  {&act_open_session, SIGN},
	  {&act_login, SIGN},
	  {&act_find_key, AUTH},
	  {&act_find_key, SIGN},
	  {&act_sign, AUTH},
	  {&act_sign, SIGN},
	  {&act_sign, AUTH},
	  {&act_close_session, AUTH},
	  {&act_sign, SIGN},
	  {NULL, 0}}},
	{"pss",
	 {{&act_list_mechanisms, AUTH},
	  {&act_open_session, AUTH},
	  {&act_login, AUTH},
	  {&act_find_key, AUTH},
	  {&act_sign_pss, AUTH},
	  {&act_list_mechanisms, SIGN},
	  {&act_sign_pss, AUTH},
	  {NULL, 0}}},
	{"change-pin-auth", {PIN_CHANGE(AUTH), {NULL, 0}}},
	{"change-pin-sign", {PIN_CHANGE(SIGN), {NULL, 0}}},
	{"logout",
	 {{&act_open_session, AUTH},
	  {&act_login, AUTH},
	  {&act_find_key, AUTH},
	  {&act_sign, AUTH},
	  {&act_logout, AUTH},
	  {&act_session_info, AUTH},
	  {&act_login, AUTH},
	  {&act_restart, AUTH},
	  {&act_open_session, SIGN},
	  {&act_login, SIGN},
	  {&act_logout, SIGN},
	  {&act_restart, AUTH},
	  {NULL, 0}}},
	{"probes",
	 {{&act_token_info, AUTH},
	  {&act_open_session, AUTH},
	  {&act_login_to_probe, AUTH},
	  {&act_close_session, AUTH},
	  {&act_token_info, SIGN},
	  {NULL, 0}}},
	{"events",
	 {{&act_ask_for_event, AUTH},
	  {&act_open_session, AUTH},
	  {&act_login, AUTH},
	  {&act_ask_for_event, AUTH},
	  {&act_session_info, AUTH},
	  {&act_take_card_out_and_wait, AUTH},
	  {&act_ask_for_event, AUTH},
	  {&act_ask_for_event, AUTH},
	  {NULL, 0}}},
	{NULL, {{NULL, 0}}},
};
