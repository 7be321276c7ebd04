/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_SESSION_H
#define JPKI_HOLDER_SESSION_H

#include <openssl/x509.h>
#include <signal.h>
#include <stdint.h>

#include "holder/module.h"

/* Certificates and signatures of one card. */

/* The ids of the objects on the tokens. */
enum object_id {
	ID_AUTH = 1,
	ID_SIGN = 2,
	ID_AUTH_CA = 3,
	ID_SIGN_CA = 4,
};

/* The key that an object goes with; the certificate of a key, and of its authority. */
enum key id_key(enum object_id id);
enum object_id id_of(enum key key);
enum object_id id_of_ca(enum key key);

#define HASH_BYTES 32	    /* SHA-256 */
#define SIGNATURE_BYTES 256 /* RSA-2048 */

/* A session with one token of a reader; pin_login (pin.h) logs it in. */
struct session {
	struct module *module;
	struct reader *reader;
	enum key key;
	CK_SESSION_HANDLE handle;
};

/*
 * With the card of the module's last look, or CKR_DEVICE_REMOVED. session_close ends its login too,
 * and is only for a session that could be opened.
 */
CK_RV session_open(struct session *session, struct module *module, struct reader *reader,
		   enum key key, bool writable);
void session_close(struct session *session);

/* Its token, as of the last look. */
struct token *session_token(const struct session *session);

/*
 * A certificate, which the caller frees; *certificate is NULL where there is none that can be seen
 * now.
 */
CK_RV session_certificate(const struct session *session, enum object_id id, X509 **certificate);

/* A PKCS#1 v1.5 signature over a SHA-256 hash with the token's private key, once logged in. */
CK_RV session_sign(const struct session *session, const uint8_t hash[HASH_BYTES],
		   uint8_t signature[SIGNATURE_BYTES]);

/*
 * Around what must not be left in the middle: signals are held (signals.h), and the module's person
 * is told what takes a while.
 */
void work_begin(const struct module *module, enum busy what, sigset_t *before);
void work_end(const struct module *module, const sigset_t *before);

/* A certificate that can be read without a PIN, which the caller frees; NULL if it cannot. */
X509 *certificate_without_pin(struct module *module, struct reader *reader, enum object_id id);

#endif
