/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_DIGEST_H
#define JPKI_TOKEN_DIGEST_H

#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdbool.h>

#include "base/bytes.h"

/* Hashing, DigestInfo and signature checks: the one place that knows nettle. */

enum digest_kind {
	DIGEST_NONE, /* the caller hashes */
	DIGEST_SHA1,
	DIGEST_SHA224,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512,
};

#define DIGEST_SIZE_MAX SHA512_DIGEST_SIZE
/* The longest DigestInfo: 19 bytes of prefix and a SHA-512 (RFC 8017 9.2 note 1). */
#define DIGEST_INFO_MAX (19 + DIGEST_SIZE_MAX)

struct digest {
	enum digest_kind kind;
	union {
		struct sha1_ctx sha1;
		struct sha256_ctx sha256; /* SHA-224 too */
		struct sha512_ctx sha512; /* SHA-384 too */
	} ctx;
};

/* The length of such a hash in bytes; 0 for DIGEST_NONE. */
size_t digest_size(enum digest_kind kind);

void digest_init(struct digest *d, enum digest_kind kind);
void digest_update(struct digest *d, struct bytes data);

/* Whether a hash under way that somebody kept for us can be gone on with. */
bool digest_is_sound(const struct digest *d);

/* Ends the hash into out; returns its length in bytes. */
size_t digest_final(struct digest *d, uint8_t out[DIGEST_SIZE_MAX]);

/* One-shot. Returns the length. */
size_t digest_of(enum digest_kind kind, struct bytes data, uint8_t out[DIGEST_SIZE_MAX]);

/* DER DigestInfo of `hash` (RFC 8017 9.2) into out; returns its length in bytes. */
size_t digest_info(enum digest_kind kind, struct bytes hash, uint8_t out[DIGEST_INFO_MAX]);

/*
 * HMAC-SHA-256 under `key`, to remember a refused PIN without keeping it.
 */
void digest_keyed(struct bytes key, struct bytes data, uint8_t out[SHA256_DIGEST_SIZE]);

/*
 * True if `signature` is an RSASSA-PSS signature (SHA-256, MGF1-SHA-256, 32 bytes of salt) of
 * `hash` (32 bytes) under the RSA key; every length is checked.
 */
bool digest_verify_pss(struct bytes modulus, struct bytes exponent, struct bytes hash,
		       struct bytes signature);

/* The same for PKCS#1 v1.5 padding with a SHA-256 DigestInfo. */
bool digest_verify_v15(struct bytes modulus, struct bytes exponent, struct bytes hash,
		       struct bytes signature);

#endif
