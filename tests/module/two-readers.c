/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/two-readers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const char document[] = "a document";

/* The card in the reader as it was at the start, whatever a test did. */
static void
put_back(const char *reader, const char *card)
{
	json_t *status = harness_sim_ask("status", NULL), *r;
	const char *in = NULL;
	size_t i;

	json_array_foreach(json_object_get(status, "readers"), i,
			   r) if (strcmp(json_string_value(json_object_get(r, "name")), reader) ==
				  0) in = json_string_value(json_object_get(r, "card"));
	if (!in)
		harness_sim("insert", card, reader, NULL);
	else if (strcmp(in, card) != 0)
		harness_sim("swap", card, reader, NULL);
	json_decref(status);
}

int
readers_restore(void **state)
{
	(void)state;
	harness_sim("service", "start", NULL);
	harness_sim("plug", READER, NULL);
	harness_sim("plug", SECOND, NULL);
	put_back(SECOND, SECOND_CARD);
	put_back(READER, CARD);
	harness_sim("tries", CARD, "auth", "3", NULL);
	harness_sim("tries", CARD, "sign", "5", NULL);
	return 0;
}

int
readers_set_up(void **state)
{
	(void)alarm(HANG_SECONDS); /* a call that waits for ever ends the program */
	(void)readers_restore(state);
	f = harness_module("jpki-pkcs11");
	p11_start(f);
	return 0;
}

void
readers_start(int argc, char *argv[])
{
	harness_start(argc, argv, "--reader", READER "=" CARD, "--reader", SECOND "=" SECOND_CARD,
		      NULL);
	(void)alarm(900); /* a call that never returns is a failure too */
}

unsigned long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000 + (unsigned long)t.tv_nsec / 1000000;
}

void
sleep_ms(unsigned int ms)
{
	(void)usleep(ms * 1000);
}

bool
has_token(CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_OK);
	return (info.flags & CKF_TOKEN_PRESENT) != 0;
}

CK_RV
token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	return f->C_GetTokenInfo(slot, info);
}

CK_RV
session_info(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	return f->C_GetSessionInfo(session, &info);
}

const char *
pin_of(CK_SLOT_ID slot)
{
	return slot % 2 == SIGN ? PIN_SIGN : PIN_AUTH;
}

struct user
log_in(CK_SLOT_ID slot)
{
	struct user u = {.session = p11_open(f, slot)};

	assert_int_equal(p11_login(f, u.session, pin_of(slot)), CKR_OK);
	assert_int_equal(p11_find(f, u.session, CKO_PRIVATE_KEY, &u.key), 1);
	return u;
}

CK_RV
sign(const struct user *u)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[256];

	return p11_sign(f, u->session, u->key, &mechanism, document, sizeof document, signature);
}

void
works(CK_SLOT_ID slot)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	struct user u = log_in(slot);
	uint8_t signature[256];
	EVP_PKEY *key;

	assert_int_equal(
		p11_sign(f, u.session, u.key, &mechanism, document, sizeof document, signature),
		CKR_OK);
	key = p11_public_key(f, u.session);
	assert_true(verify_v15(key, "SHA256", document, sizeof document, signature));
	EVP_PKEY_free(key);
	assert_int_equal(f->C_CloseSession(u.session), CKR_OK);
}

void
session_ends(const struct user *u, CK_RV noticing)
{
	assert_int_equal(noticing, CKR_DEVICE_REMOVED);
	assert_int_equal(session_info(u->session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(sign(u), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_Logout(u->session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_CloseSession(u->session), CKR_SESSION_HANDLE_INVALID);
}
