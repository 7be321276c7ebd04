/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_HARNESS_H
#define JPKI_TESTS_MODULE_HARNESS_H

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* For alarm: no call takes so long beside any load, unless it hangs. */
#define HANG_SECONDS 300

#define SLOT_AUTH 0
#define SLOT_SIGN 1

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

/*
 * CARD in the first reader, instead of what was in there, with all tries of both PINs. What
 * harness_card found changed on it by an earlier test (switches, PINs) stays changed.
 */
void harness_card(const char *card);
/* Everything back to what harness_start said: the adult in the first reader, no settings. */
void harness_reset(void);

/*
 * The machine has slept for an hour, as this program's clocks have it: CLOCK_BOOTTIME goes on while
 * the machine sleeps, CLOCK_MONOTONIC does not. harness_has_slept tells it from then on, each time
 * a clock is asked; NULL: nothing more happens.
 */
void harness_sleep(void);
/* An hour has gone by, on both clocks; until harness_reset. */
void harness_pass_hour(void);
/* CLOCK_BOOTTIME stands still, and goes on only by so much: no test depends on how fast it runs. */
void harness_stop_clock(void);
void harness_move_clock(long milliseconds);
extern bool (*harness_has_slept)(void);

/* Whether the first fault that was ordered has struck. */
bool harness_fault_struck(void);

/* A JPKI_PKCS11_* variable by its setting's name ("pss"); NULL takes it away. */
void harness_setting(const char *name, const char *value);
/* The user's configuration file: its text (NULL takes it away), and where it is (static). */
void harness_configure(const char *text);
const char *harness_config_path(void);
/* From the next C_Initialize on, the log goes to a file of its own at this level. */
void harness_log(const char *level);
/* What it holds, to be freed; and how often a text stands in it. */
char *harness_log_text(size_t *len);
unsigned int harness_log_count(const char *text);
/* Whether a line of the log is a VERIFY that carried a PIN. */
bool harness_log_has_pin(const char *line);

/* The certificate ("auth" or "sign") that the simulator put on a card, by its own word. */
X509 *harness_certificate(const char *card, const char *which);

/*
 * Another program on the same card, by plain PC/SC: connects, sends commands (hexadecimal, each
 * one a word) within one transaction, and leaves the card as it is. The last status word.
 */
unsigned int harness_other_program(const char *command, ...) __attribute__((sentinel));

/* PKCS#11 in few words; all expect CKR_OK. */
void p11_start(CK_FUNCTION_LIST *f);
void p11_stop(CK_FUNCTION_LIST *f);
CK_SESSION_HANDLE p11_open(CK_FUNCTION_LIST *f, CK_SLOT_ID slot);
CK_RV p11_login(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, const char *pin);
/* Without a PIN, which the user's agent asks for. */
CK_RV p11_login_by_agent(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session);
/* The number of objects of a class; the first one into *handle (may be NULL). */
CK_ULONG p11_find(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
		  CK_OBJECT_HANDLE *handle);
/* An attribute's value, to be freed; NULL if it has none. */
uint8_t *p11_get(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
		 CK_ATTRIBUTE_TYPE type, CK_ULONG *len);
/* The objects a template finds, up to 16 of them. */
CK_ULONG p11_search(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template,
		    CK_ULONG count, CK_OBJECT_HANDLE found[16]);
/* C_GetTokenInfo's flags. */
CK_FLAGS p11_token_flags(CK_FUNCTION_LIST *f, CK_SLOT_ID slot);
/* C_GetSlotInfo's CKF_TOKEN_PRESENT. */
bool p11_has_token(CK_FUNCTION_LIST *f, CK_SLOT_ID slot);
/* The module's own interface. */
const struct jpki_functions *p11_own_functions(const char *module);
/* A slot's status by it. */
void p11_slot_status(const char *module, CK_SLOT_ID slot, struct jpki_slot_status *status);
/* ... and all readers by it; CKR_OK is asserted. */
void p11_readers(const char *module, struct jpki_reader_list *list);
/* And who asks for PINs. */
void p11_asking(const char *module, struct jpki_asking *asking);
/* C_SignInit and C_Sign; the first code that is not CKR_OK. */
CK_RV p11_sign(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
	       CK_MECHANISM *mechanism, const void *data, size_t len, uint8_t signature[256]);
/* The same of something, with the token's key. */
CK_RV p11_sign_any(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session);
/* The public key of the certificate on the token the session is on. */
EVP_PKEY *p11_public_key(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session);
/* Whether OpenSSL takes the signature: v1.5, digest by name, or NULL for data as given. */
bool verify_v15(EVP_PKEY *key, const char *digest, const void *data, size_t len,
		const uint8_t signature[256]);
/* Likewise PSS with SHA-256 and 32 bytes of salt; data is the message. */
bool verify_pss(EVP_PKEY *key, const void *data, size_t len, const uint8_t signature[256]);

#endif
