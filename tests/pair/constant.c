/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A program that never asks its user: NSS or GnuTLS get the same PIN from it however often they
 * ask, as from a program with the PIN in its settings.
 *
 *	constant nss|nss-sign|gnutls MODULE TOKEN PIN...
 *
 * Several PINs are given in turn, the last one for ever. Logs in to the token (its label; a URI
 * for GnuTLS), nss-sign signs with the key of the certificate TOKEN:NICKNAME. Prints how often it
 * was asked. Status 0: it worked; 1: it was refused; 2: it was asked for ever.
 *
 * The libraries are opened by name and the few functions declared here, so that building needs
 * neither's headers.
 */

#define FOR_EVER 200

struct nss_item {
	int type;
	unsigned char *data;
	unsigned int len;
};

static char **pins; /* ended by NULL */
static unsigned int asked;

/* The PIN to give now; NULL ends what would go on for ever. */
static const char *
next_pin(void)
{
	const char *pin = *pins;

	if (++asked >= FOR_EVER)
		return NULL;
	if (pins[1])
		pins++;
	return pin;
}

static void *
open_library(const char *name)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);

	if (!library) {
		(void)fprintf(stderr, "%s\n", dlerror());
		exit(99);
	}
	return library;
}

/* Sets the pointer to a function to the one of this name. */
static void
find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	if (!symbol) {
		(void)fprintf(stderr, "%s\n", dlerror());
		exit(99);
	}
	memcpy(function, (void *)&symbol, sizeof symbol);
}

/* NSS frees what it gets with PORT_Free, which is free. */
static char *
nss_pin(void *slot, int retry, void *arg)
{
	const char *pin = next_pin();

	(void)slot, (void)retry, (void)arg;
	return pin ? strdup(pin) : NULL;
}

static void *
nss_start(const char *module)
{
	void *nss = open_library("libnss3.so");
	int (*init)(const char *);
	void *(*load)(char *, void *, int);
	void (*set_password)(char *(*)(void *, int, void *));
	char spec[4096];

	find(nss, "NSS_NoDB_Init", (void *)&init);
	find(nss, "SECMOD_LoadUserModule", (void *)&load);
	find(nss, "PK11_SetPasswordFunc", (void *)&set_password);
	(void)snprintf(spec, sizeof spec, "library=\"%s\" name=\"jpki\"", module);
	if (init(NULL) != 0 || !load(spec, NULL, 0))
		exit(99);
	set_password(nss_pin);
	return nss;
}

static bool
nss_login(const char *module, const char *token)
{
	void *nss = nss_start(module), *slot;
	void *(*find_slot)(const char *);
	int (*authenticate)(void *, int, void *);

	find(nss, "PK11_FindSlotByName", (void *)&find_slot);
	find(nss, "PK11_Authenticate", (void *)&authenticate);
	slot = find_slot(token);
	if (!slot)
		exit(99);
	return authenticate(slot, 1, NULL) == 0;
}

static bool
nss_sign(const char *module, const char *nickname)
{
	void *nss = nss_start(module), *certificate, *key;
	void *(*find_certificate)(const char *, void *), *(*find_key)(void *, void *);
	int (*sign)(void *, struct nss_item *, const struct nss_item *);
	unsigned char text[] = "a document", out[256];
	struct nss_item data = {0, text, sizeof text}, signature = {0, out, sizeof out};

	find(nss, "PK11_FindCertFromNickname", (void *)&find_certificate);
	find(nss, "PK11_FindKeyByAnyCert", (void *)&find_key);
	find(nss, "PK11_Sign", (void *)&sign);
	certificate = find_certificate(nickname, NULL);
	key = certificate ? find_key(certificate, NULL) : NULL;
	return key && sign(key, &signature, &data) == 0;
}

static int
gnutls_pin(void *data, int attempt, const char *url, const char *label, unsigned int flags,
	   char *pin, size_t max)
{
	const char *next = next_pin();

	(void)data, (void)attempt, (void)url, (void)label, (void)flags;
	if (!next)
		return -1;
	(void)snprintf(pin, max, "%s", next);
	return 0;
}

static bool
gnutls_login(const char *module, const char *url)
{
	void *gnutls = open_library("libgnutls.so.30"), *list = NULL;
	int (*init)(unsigned int, const char *), (*add)(const char *, const char *);
	void (*set_pin)(
		int (*)(void *, int, const char *, const char *, unsigned int, char *, size_t),
		void *);
	int (*import)(void **, unsigned int *, const char *, unsigned int);
	unsigned int count = 0;

	find(gnutls, "gnutls_pkcs11_init", (void *)&init);
	find(gnutls, "gnutls_pkcs11_add_provider", (void *)&add);
	find(gnutls, "gnutls_pkcs11_set_pin_function", (void *)&set_pin);
	find(gnutls, "gnutls_pkcs11_obj_list_import_url4", (void *)&import);
	if (init(0, NULL) != 0 || add(module, NULL) != 0)
		exit(99);
	set_pin(gnutls_pin, NULL);
	return import(&list, &count, url, 1 /* log in */) == 0 && count > 0;
}

int
main(int argc, char *argv[])
{
	bool ok;

	if (argc < 5)
		return 99;
	pins = argv + 4;
	if (strcmp(argv[1], "nss") == 0)
		ok = nss_login(argv[2], argv[3]);
	else if (strcmp(argv[1], "nss-sign") == 0)
		ok = nss_sign(argv[2], argv[3]);
	else
		ok = gnutls_login(argv[2], argv[3]);
	(void)printf("asked %u\n", asked);
	if (asked >= FOR_EVER)
		return 2;
	return ok ? 0 : 1;
}
