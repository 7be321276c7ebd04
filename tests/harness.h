/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_HARNESS_H
#define JPKI_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "jpki-pkcs11.h"

/*
 * For tests that load a built module the way programs do and drive the simulated card under it.
 * Failures of what a test takes for granted end the running cmocka test.
 *
 *	int main(int argc, char *argv[])
 *	{
 *		harness_start(argc, argv, "--reader", "Reader=adult", NULL);
 *		return cmocka_run_group_tests_name(...);
 *	}
 */

#define PIN_AUTH "1234"
#define PIN_SIGN "ABC123"

/*
 * Runs the rest of the program over the stand-in libpcsclite: starts this program anew under
 * `jpki-card-sim run` with the given options, in a state folder of its own that goes with it.
 */
void harness_start(int argc, char *argv[], ...) __attribute__((sentinel));

/* The module NAME (jpki-pkcs11, jpki-auth-pkcs11, jpki-sign-pkcs11): the one loaded first stays
 * loaded. The 2.40 list. */
CK_FUNCTION_LIST *harness_module(const char *name);

/* Any function the module exports. */
void *harness_symbol(const char *name, const char *symbol);

/* The path of a built file, from the top of the build folder. Static storage. */
const char *harness_path(const char *file);

/* A command to the simulator ("insert", "adult"); the test fails if it is refused. */
void harness_sim(const char *word, ...) __attribute__((sentinel));
/* The same with its JSON answer, the caller's to json_decref. */
json_t *harness_sim_ask(const char *word, ...) __attribute__((sentinel));
/* The same for words in an array. */
json_t *harness_sim_words(int count, char *const words[]);

/* Exchanges with all cards since the start. */
unsigned long harness_exchanges(void);
/* VERIFY commands that carried a PIN, likewise. */
unsigned long harness_verifies(void);
/* Tries left of card NAME's PIN ("auth" or "sign"), from the card's own memory. */
unsigned int harness_tries(const char *pin);
/* True while the key can be used on the card without a PIN. */
bool harness_is_open(const char *pin);

/* PKCS#11 in few words; all expect CKR_OK. */
void p11_start(CK_FUNCTION_LIST *f);
void p11_stop(CK_FUNCTION_LIST *f);
CK_SESSION_HANDLE p11_open(CK_FUNCTION_LIST *f, CK_SLOT_ID slot);
CK_RV p11_login(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, const char *pin);
/* The number of objects of a class; the first one into *handle (may be NULL). */
CK_ULONG p11_find(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
                  CK_OBJECT_HANDLE *handle);
/* An attribute's value, to be freed; NULL if it has none. */
uint8_t *p11_get(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                 CK_ATTRIBUTE_TYPE type, CK_ULONG *len);
/* C_SignInit and C_Sign; the first code that is not CKR_OK. */
CK_RV p11_sign(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
               CK_MECHANISM *mechanism, const void *data, size_t len, uint8_t signature[256]);
/* The public key of the certificate on the token the session is on. */
EVP_PKEY *p11_public_key(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session);
/* Whether OpenSSL takes the signature: v1.5, digest by name, or NULL for data as given. */
bool verify_v15(EVP_PKEY *key, const char *digest, const void *data, size_t len,
                const uint8_t signature[256]);
/* Likewise PSS with SHA-256 and 32 bytes of salt; data is the message. */
bool verify_pss(EVP_PKEY *key, const void *data, size_t len, const uint8_t signature[256]);

#endif
