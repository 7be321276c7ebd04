/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program that uses the module as it is told (tests/secrets/order.h) and keeps no secret of
 * its own: what it has to hold in clear lies in `own`, and is wiped as soon as the call is over.
 *
 *	client MODULE
 */

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "jpki-pkcs11.h"
#include "tests/secrets/order.h"

enum { OWN_BYTES = 8192, SLOTS = 2 };

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE sessions[SLOTS];
static uint8_t *own;
static long value; /* of the reply */

static CK_RV
order_initialize(const struct secrets_order *order)
{
	(void)order;
	return f->C_Initialize(NULL);
}

/* Looks until there are so many tokens: pcscd takes its time to notice a card. */
static CK_RV
await_tokens(CK_ULONG wanted)
{
	CK_ULONG count = wanted + 1;
	CK_RV rv = CKR_OK;

	for (int i = 0; i < 1200 && count != wanted && rv == CKR_OK; i++) {
		if (i > 0)
			(void)usleep(50000);
		rv = f->C_GetSlotList(CK_TRUE, NULL, &count);
	}
	return rv == CKR_OK && count != wanted ? CKR_TOKEN_NOT_RECOGNIZED : rv;
}

static CK_RV
order_open(const struct secrets_order *order)
{
	CK_RV rv = await_tokens(SLOTS);

	(void)order;
	for (CK_SLOT_ID slot = 0; slot < SLOTS && rv == CKR_OK; slot++)
		rv = f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
				      &sessions[slot]);
	return rv;
}

/* The text in clear, in `own`. */
static CK_ULONG
unmask(const struct secrets_order *order)
{
	CK_ULONG len = 0;

	for (size_t i = 0; i < sizeof order->masked; i++)
		own[i] = order->masked[i] ^ SECRETS_MASK;
	while (len < sizeof order->masked && own[len])
		len++;
	return len;
}

static CK_RV
login(CK_SESSION_HANDLE session, const struct secrets_order *order)
{
	CK_ULONG len = unmask(order);

	return f->C_Login(session, CKU_USER, own, len);
}

static CK_RV
order_login_auth(const struct secrets_order *order)
{
	return login(sessions[0], order);
}

static CK_RV
order_login_sign(const struct secrets_order *order)
{
	return login(sessions[1], order);
}

/* Whoever is asked for the password, it is not this program. */
static CK_RV
order_login_asked(const struct secrets_order *order)
{
	(void)order;
	return f->C_Login(sessions[1], CKU_USER, NULL, 0);
}

static CK_RV
order_set_pin(const struct secrets_order *order)
{
	CK_ULONG len = unmask(order);
	CK_UTF8CHAR *new_pin = own + len + 1;

	return f->C_SetPIN(sessions[1], own, len, new_pin, strlen((char *)new_pin));
}

static CK_RV
find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *object)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_ULONG count = 0;
	CK_RV rv = f->C_FindObjectsInit(session, &template, 1);

	if (rv == CKR_OK)
		rv = f->C_FindObjects(session, object, 1, &count);
	(void)f->C_FindObjectsFinal(session);
	return rv == CKR_OK && count == 0 ? CKR_OBJECT_HANDLE_INVALID : rv;
}

static CK_RV
sign(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism)
{
	CK_OBJECT_HANDLE key;
	CK_ULONG len = OWN_BYTES;
	CK_RV rv = find(session, CKO_PRIVATE_KEY, &key);

	if (rv == CKR_OK)
		rv = f->C_SignInit(session, mechanism, key);
	return rv == CKR_OK ? f->C_Sign(session, (CK_BYTE *)"x", 1, own, &len) : rv;
}

static CK_RV
order_sign(const struct secrets_order *order)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM mechanisms[] = {{CKM_SHA256_RSA_PKCS, NULL, 0},
				     {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss}};
	CK_RV rv = CKR_OK;

	(void)order;
	for (size_t i = 0; i < SLOTS * 2 && rv == CKR_OK; i++)
		rv = sign(sessions[i / 2], &mechanisms[i % 2]);
	return rv;
}

/* The holder's name and address, as any program that puts the certificate into a document. */
static CK_RV
order_read(const struct secrets_order *order)
{
	CK_ATTRIBUTE attribute = {CKA_VALUE, own, OWN_BYTES};
	CK_OBJECT_HANDLE certificate;
	CK_RV rv = find(sessions[1], CKO_CERTIFICATE, &certificate);

	(void)order;
	return rv == CKR_OK ? f->C_GetAttributeValue(sessions[1], certificate, &attribute, 1) : rv;
}

static CK_RV
order_logout(const struct secrets_order *order)
{
	CK_RV rv = f->C_Logout(sessions[0]);

	(void)order;
	return rv == CKR_OK ? f->C_Logout(sessions[1]) : rv;
}

static CK_RV
order_logout_sign(const struct secrets_order *order)
{
	(void)order;
	return f->C_Logout(sessions[1]);
}

static CK_RV
order_close(const struct secrets_order *order)
{
	CK_RV rv = f->C_CloseSession(sessions[0]);

	(void)order;
	return rv == CKR_OK ? f->C_CloseSession(sessions[1]) : rv;
}

/* Looks until the card has gone. */
static CK_RV
order_look(const struct secrets_order *order)
{
	(void)order;
	return await_tokens(0);
}

static CK_RV
order_finalize(const struct secrets_order *order)
{
	(void)order;
	return f->C_Finalize(NULL);
}

/* A child that waits to be looked at; its id is the value. */
static CK_RV
order_fork(const struct secrets_order *order)
{
	pid_t child = fork();

	(void)order;
	if (child == 0)
		for (;;)
			(void)pause();
	value = child;
	return child > 0 ? CKR_OK : CKR_FUNCTION_FAILED;
}

/* The kernel's own core dump, with everything that is not excluded by the pages' owner. */
static CK_RV
order_crash(const struct secrets_order *order)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	char *marker = strdup(SECRETS_MARKER);
	FILE *filter = fopen("/proc/self/coredump_filter", "we");

	(void)order;
	if (filter) {
		(void)fputs("0xff", filter);
		(void)fclose(filter);
	}
	if (!marker || setrlimit(RLIMIT_CORE, &all) != 0)
		return CKR_FUNCTION_FAILED;
	abort();
}

static const struct {
	const char *word;
	CK_RV (*run)(const struct secrets_order *order);
} orders[] = {
	{"initialize", order_initialize},
	{"open", order_open},
	{"login-auth", order_login_auth},
	{"login-sign", order_login_sign},
	{"login-asked", order_login_asked},
	{"set-pin", order_set_pin},
	{"sign", order_sign},
	{"read", order_read},
	{"logout", order_logout},
	{"logout-sign", order_logout_sign},
	{"close", order_close},
	{"look", order_look},
	{"finalize", order_finalize},
	{"fork", order_fork},
	{"crash", order_crash},
};

static bool
load(const char *path)
{
	CK_C_GetFunctionList get;
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);

	if (!library) {
		(void)fprintf(stderr, "%s\n", dlerror());
		return false;
	}
	*(void **)(void *)&get = dlsym(library, "C_GetFunctionList");
	return get && get(&f) == CKR_OK;
}

/*
 * The C library's memcpy leaves the end of what it copied in vector registers, from where it gets
 * on the stack (lazy binding saves them) and into core dumps. The next copy of the same size, of
 * which any program makes thousands, replaces it: this is that one.
 */
static void
go_on(void)
{
	static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	static const uint8_t from[1024];
	static uint8_t to[1024];

	for (size_t len = 16; len <= sizeof to; len *= 2)
		(void)copy(to, from, len);
}

int
main(int argc, char *argv[])
{
	struct secrets_order order;

	own = mmap(NULL, OWN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (argc != 2 || own == MAP_FAILED || !load(argv[1]))
		return 2;
	while (read(STDIN_FILENO, &order, sizeof order) == (ssize_t)sizeof order) {
		struct secrets_reply reply = {-1, 0};

		value = 0;
		for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
			if (strncmp(order.word, orders[i].word, sizeof order.word) == 0)
				reply.status = (long)orders[i].run(&order);
		explicit_bzero(own, OWN_BYTES);
		go_on();
		reply.value = value;
		if (write(STDOUT_FILENO, &reply, sizeof reply) != (ssize_t)sizeof reply)
			return 1;
	}
	return 0;
}
