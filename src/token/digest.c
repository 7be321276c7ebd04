/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/digest.h"

#include <nettle/bignum.h>
#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>
#include <nettle/rsa.h>
#include <string.h>

#include "base/secret.h"

#define PSS_SALT_SIZE 32

struct row {
	const struct nettle_hash *hash;
	/* What comes before the hash in DigestInfo (RFC 8017 9.2 note 1). */
	uint8_t prefix[DIGEST_INFO_MAX - DIGEST_SIZE_MAX];
	size_t prefix_len;
};

/* AlgorithmIdentifiers of the SHA-2 family differ in the last octet of the OID only. */
#define SHA2_PREFIX(total, oid_end, size)                                                          \
	{0x30, (total), 0x30, 0x0d, 0x06,      0x09, 0x60, 0x86, 0x48,	0x01,                      \
	 0x65, 0x03,	0x04, 0x02, (oid_end), 0x05, 0x00, 0x04, (size)}

static const struct row rows[] = {
	[DIGEST_SHA1] = {&nettle_sha1,
			 {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05,
			  0x00, 0x04, 0x14},
			 15},
	[DIGEST_SHA224] = {&nettle_sha224, SHA2_PREFIX(0x2d, 0x04, 28), 19},
	[DIGEST_SHA256] = {&nettle_sha256, SHA2_PREFIX(0x31, 0x01, 32), 19},
	[DIGEST_SHA384] = {&nettle_sha384, SHA2_PREFIX(0x41, 0x02, 48), 19},
	[DIGEST_SHA512] = {&nettle_sha512, SHA2_PREFIX(0x51, 0x03, 64), 19},
};

static const struct row *
row_of(enum digest_kind kind)
{
	if ((unsigned int)kind >= sizeof rows / sizeof rows[0] || !rows[kind].hash)
		return NULL;
	return &rows[kind];
}

size_t
digest_size(enum digest_kind kind)
{
	const struct row *row = row_of(kind);

	return row ? row->hash->digest_size : 0;
}

/* The one thing that nettle counts on: the block is not yet full. */
bool
digest_is_sound(const struct digest *d)
{
	switch (d->kind) {
	case DIGEST_SHA1:
		return d->ctx.sha1.index < SHA1_BLOCK_SIZE;
	case DIGEST_SHA224:
	case DIGEST_SHA256:
		return d->ctx.sha256.index < SHA256_BLOCK_SIZE;
	case DIGEST_SHA384:
	case DIGEST_SHA512:
		return d->ctx.sha512.index < SHA512_BLOCK_SIZE;
	case DIGEST_NONE:
		break;
	}
	return false;
}

void
digest_init(struct digest *d, enum digest_kind kind)
{
	const struct row *row = row_of(kind);

	d->kind = kind;
	if (row)
		row->hash->init(&d->ctx);
}

void
digest_update(struct digest *d, struct bytes data)
{
	const struct row *row = row_of(d->kind);

	if (row && data.len > 0)
		row->hash->update(&d->ctx, data.len, data.data);
}

size_t
digest_final(struct digest *d, uint8_t out[DIGEST_SIZE_MAX])
{
	const struct row *row = row_of(d->kind);

	if (!row)
		return 0;
	row->hash->digest(&d->ctx, row->hash->digest_size, out);
	return row->hash->digest_size;
}

size_t
digest_of(enum digest_kind kind, struct bytes data, uint8_t out[DIGEST_SIZE_MAX])
{
	struct digest d;

	digest_init(&d, kind);
	digest_update(&d, data);
	return digest_final(&d, out);
}

size_t
digest_info(enum digest_kind kind, struct bytes hash, uint8_t out[DIGEST_INFO_MAX])
{
	const struct row *row = row_of(kind);

	if (!row || hash.len != row->hash->digest_size)
		return 0;
	memcpy(out, row->prefix, row->prefix_len);
	memcpy(out + row->prefix_len, hash.data, hash.len);
	return row->prefix_len + hash.len;
}

void
digest_keyed(struct bytes key, struct bytes data, uint8_t out[SHA256_DIGEST_SIZE])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, key.len, key.data);
	hmac_sha256_update(&ctx, data.len, data.data);
	hmac_sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
	/* The data is a PIN, and the context holds it where it is short of a block. */
	secret_wipe(&ctx, sizeof ctx);
}

static bool
verify(struct bytes modulus, struct bytes exponent, struct bytes hash, struct bytes signature,
       bool pss)
{
	struct rsa_public_key key;
	mpz_t number;
	bool ok = false;

	if (hash.len != SHA256_DIGEST_SIZE || signature.len != modulus.len)
		return false;
	rsa_public_key_init(&key);
	mpz_init(number);
	nettle_mpz_set_str_256_u(key.n, modulus.len, modulus.data);
	nettle_mpz_set_str_256_u(key.e, exponent.len, exponent.data);
	nettle_mpz_set_str_256_u(number, signature.len, signature.data);
	/* Refuses a modulus that is none; the check itself, a key too small for the encoding. */
	if (rsa_public_key_prepare(&key))
		ok = pss ? rsa_pss_sha256_verify_digest(&key, PSS_SALT_SIZE, hash.data, number) == 1
			 : rsa_sha256_verify_digest(&key, hash.data, number) == 1;
	mpz_clear(number);
	rsa_public_key_clear(&key);
	return ok;
}

bool
digest_verify_pss(struct bytes modulus, struct bytes exponent, struct bytes hash,
		  struct bytes signature)
{
	return verify(modulus, exponent, hash, signature, true);
}

bool
digest_verify_v15(struct bytes modulus, struct bytes exponent, struct bytes hash,
		  struct bytes signature)
{
	return verify(modulus, exponent, hash, signature, false);
}
