/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pair/steps.h"

#include <dlfcn.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/module/harness.h"

/*
 * What a program does with its module. Nothing here asserts: codes are handed back, and whoever
 * ordered the step knows which one he expects.
 */

#define SLOTS_MAX 32

struct order {
	unsigned long slot;
	const char *text;
};

typedef CK_RV step_function(const struct order *order, struct reply *reply);

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE sessions[SLOTS_MAX];

static CK_RV
load(const char *module)
{
	CK_C_GetFunctionList get;
	void *library;

	if (f)
		return CKR_OK;
	library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		(void)fprintf(stderr, "%s\n", dlerror());
		return CKR_GENERAL_ERROR;
	}
	*(void **)(void *)&get = dlsym(library, "C_GetFunctionList");
	return get ? get(&f) : CKR_GENERAL_ERROR;
}

static CK_RV
initialize(const struct order *order, struct reply *reply)
{
	CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};

	(void)order, (void)reply;
	return f->C_Initialize(&arguments);
}

static CK_RV
finalize(const struct order *order, struct reply *reply)
{
	(void)order, (void)reply;
	memset(sessions, 0, sizeof sessions);
	return f->C_Finalize(NULL);
}

static CK_RV
slot_list(const struct order *order, struct reply *reply)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_RV rv = f->C_GetSlotList(CK_TRUE, slots, &count);

	(void)order;
	reply->number = count;
	return rv;
}

static CK_RV
find_slot(const struct order *order, struct reply *reply)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	CK_RV rv = f->C_GetSlotList(CK_TRUE, slots, &count);

	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		reply->number = slots[i];
		if (f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    strncmp((char *)info.label, order->text, strlen(order->text)) == 0)
			return CKR_OK;
	}
	return rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
}

static CK_RV
slot_info(const struct order *order, struct reply *reply)
{
	CK_SLOT_INFO info = {0};
	CK_RV rv = f->C_GetSlotInfo(order->slot, &info);

	reply->number = info.flags;
	return rv;
}

static CK_RV
token_info(const struct order *order, struct reply *reply)
{
	CK_TOKEN_INFO info = {0};
	CK_RV rv = f->C_GetTokenInfo(order->slot, &info);

	reply->number = info.flags;
	memcpy(reply->text, info.label, sizeof info.label);
	return rv;
}

/* Which of the sessions, by the slot; the proxy's slot numbers are not small. */
static CK_SESSION_HANDLE *
session_of(CK_SLOT_ID slot)
{
	return &sessions[slot % SLOTS_MAX];
}

static CK_RV
open_session(const struct order *order, struct reply *reply)
{
	(void)reply;
	return f->C_OpenSession(order->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
				session_of(order->slot));
}

static CK_RV
session_info(const struct order *order, struct reply *reply)
{
	CK_SESSION_INFO info = {0};
	CK_RV rv = f->C_GetSessionInfo(*session_of(order->slot), &info);

	reply->number = info.state;
	return rv;
}

static CK_RV
login(const struct order *order, struct reply *reply)
{
	(void)reply;
	return f->C_Login(*session_of(order->slot), CKU_USER, (CK_BYTE *)(uintptr_t)order->text,
			  strlen(order->text));
}

static CK_RV
logout(const struct order *order, struct reply *reply)
{
	(void)reply;
	return f->C_Logout(*session_of(order->slot));
}

static CK_RV
find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG len, CK_OBJECT_HANDLE *found,
     CK_ULONG *count)
{
	CK_RV rv = f->C_FindObjectsInit(session, template, len);
	CK_ULONG room = *count;

	*count = 0;
	if (rv != CKR_OK)
		return rv;
	rv = f->C_FindObjects(session, found, room, count);
	(void)f->C_FindObjectsFinal(session);
	return rv;
}

static CK_RV
find_class(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *found,
	   CK_ULONG *count)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};

	return find(session, &template, 1, found, count);
}

static CK_RV
find_keys(const struct order *order, struct reply *reply)
{
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count = 8;
	CK_RV rv = find_class(*session_of(order->slot), CKO_PRIVATE_KEY, found, &count);

	reply->number = count;
	return rv;
}

static bool
is_end_entity(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE certificate)
{
	CK_BYTE value[4096];
	CK_ATTRIBUTE a = {CKA_VALUE, value, sizeof value};
	const uint8_t *p = value;
	X509 *x;
	bool is;

	if (f->C_GetAttributeValue(session, certificate, &a, 1) != CKR_OK)
		return false;
	x = d2i_X509(NULL, &p, (long)a.ulValueLen);
	is = x && X509_check_ca(x) == 0;
	X509_free(x);
	return is;
}

static CK_RV
read_certificates(const struct order *order, struct reply *reply)
{
	CK_SESSION_HANDLE session = *session_of(order->slot);
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count = 8;
	CK_RV rv = find_class(session, CKO_CERTIFICATE, found, &count);

	for (CK_ULONG i = 0; i < count; i++)
		reply->number += is_end_entity(session, found[i]);
	return rv;
}

/* The public key in the certificate that has the private key's id. */
static EVP_PKEY *
public_key(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE id[64], value[4096];
	CK_ATTRIBUTE of_key = {CKA_ID, id, sizeof id};
	CK_ATTRIBUTE of_certificate = {CKA_VALUE, value, sizeof value};
	CK_ATTRIBUTE template[2] = {{CKA_CLASS, &class, sizeof class}};
	CK_OBJECT_HANDLE found;
	CK_ULONG count = 1;
	const uint8_t *p = value;
	EVP_PKEY *public = NULL;
	X509 *x;

	if (f->C_GetAttributeValue(session, key, &of_key, 1) != CKR_OK)
		return NULL;
	template[1] = of_key;
	if (find(session, template, 2, &found, &count) != CKR_OK || count != 1 ||
	    f->C_GetAttributeValue(session, found, &of_certificate, 1) != CKR_OK)
		return NULL;
	x = d2i_X509(NULL, &p, (long)of_certificate.ulValueLen);
	if (x)
	public = X509_get_pubkey(x);
	X509_free(x);
	return public;
}

static CK_RV
sign_in(CK_SESSION_HANDLE session, struct reply *reply)
{
	static const char text[] = "a document";
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_BYTE signature[256];
	CK_ULONG count = 1, len = sizeof signature;
	EVP_PKEY *public;
	CK_RV rv = find_class(session, CKO_PRIVATE_KEY, &key, &count);

	/* Where the key is not shown, it is because nobody is logged in. */
	if (rv == CKR_OK && count == 0)
		rv = CKR_USER_NOT_LOGGED_IN;
	if (rv == CKR_OK)
		rv = f->C_SignInit(session, &mechanism, key);
	if (rv == CKR_OK)
		rv = f->C_Sign(session, (CK_BYTE *)(uintptr_t)text, sizeof text, signature, &len);
	if (rv != CKR_OK)
		return rv;
	public = public_key(session, key);
	reply->number =
		public && len == 256 && verify_v15(public, "SHA256", text, sizeof text, signature);
	EVP_PKEY_free(public);
	return CKR_OK;
}

static CK_RV
sign(const struct order *order, struct reply *reply)
{
	return sign_in(*session_of(order->slot), reply);
}

static struct {
	pthread_t thread;
	CK_SESSION_HANDLE session;
	struct reply reply;
} background;

static void *
sign_in_background(void *arg)
{
	(void)arg;
	background.reply.rv = sign_in(background.session, &background.reply);
	return NULL;
}

static CK_RV
start_thread(const struct order *order, struct reply *reply)
{
	CK_RV rv =
		f->C_OpenSession(order->slot, CKF_SERIAL_SESSION, NULL, NULL, &background.session);

	(void)reply;
	if (rv == CKR_OK && pthread_create(&background.thread, NULL, sign_in_background, NULL) != 0)
		rv = CKR_GENERAL_ERROR;
	return rv;
}

static CK_RV
join_thread(const struct order *order, struct reply *reply)
{
	(void)order;
	(void)pthread_join(background.thread, NULL);
	reply->number = background.reply.number;
	return background.reply.rv;
}

static CK_RV
set_pin(const struct order *order, struct reply *reply)
{
	CK_BYTE *old_pin = (CK_BYTE *)(uintptr_t)order->text;
	size_t old_len = strcspn(order->text, " ");
	CK_BYTE *new_pin = old_pin + old_len + 1;

	(void)reply;
	return f->C_SetPIN(*session_of(order->slot), old_pin, old_len, new_pin,
			   strlen((char *)new_pin));
}

static CK_RV
event(const struct order *order, struct reply *reply)
{
	CK_SLOT_ID slot = 0;
	CK_RV rv = f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);

	(void)order;
	reply->number = slot;
	return rv;
}

static void *
wait_in_thread(void *order)
{
	CK_SLOT_ID slot;

	(void)order;
	while (f->C_WaitForSlotEvent(0, &slot, NULL) == CKR_OK)
		;
	return NULL;
}

/* C_Finalize under a thread that waits for an event, and that thread's end. number: its code. */
static CK_RV
wait_and_finalize(const struct order *order, struct reply *reply)
{
	struct timespec pause = {.tv_nsec = 300000000};
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_in_thread, (void *)(uintptr_t)order) != 0)
		return CKR_GENERAL_ERROR;
	(void)nanosleep(&pause, NULL); /* it waits by now, as a rule */
	reply->number = f->C_Finalize(NULL);
	(void)pthread_join(thread, NULL);
	return CKR_OK;
}

static step_function *const steps[STEP_RAW_CONNECT] = {
	[STEP_INITIALIZE] = initialize,
	[STEP_FINALIZE] = finalize,
	[STEP_SLOT_LIST] = slot_list,
	[STEP_FIND_SLOT] = find_slot,
	[STEP_SLOT_INFO] = slot_info,
	[STEP_TOKEN_INFO] = token_info,
	[STEP_OPEN] = open_session,
	[STEP_SESSION_INFO] = session_info,
	[STEP_LOGIN] = login,
	[STEP_LOGOUT] = logout,
	[STEP_FIND_KEYS] = find_keys,
	[STEP_READ] = read_certificates,
	[STEP_SIGN] = sign,
	[STEP_SET_PIN] = set_pin,
	[STEP_EVENT] = event,
	[STEP_SIGN_IN_THREAD] = start_thread,
	[STEP_JOIN] = join_thread,
	[STEP_WAIT_AND_FINALIZE] = wait_and_finalize,
};

void
steps_do(const char *module, enum step step, unsigned long slot, const char *text,
	 struct reply *reply)
{
	const struct order order = {slot, text};

	if (step >= STEP_RAW_CONNECT) {
		raw_do(step, slot, text, reply);
		return;
	}
	reply->rv = load(module);
	if (reply->rv == CKR_OK)
		reply->rv = steps[step](&order, reply);
}
