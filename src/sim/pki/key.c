/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#include "sim/pki/pki.h"

#define EXPONENT 65537

void
sim_pki_init(void)
{
	/* An engine named there may be a PKCS #11 module that wants a card: ours. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

const char *
sim_pki_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return reason ? reason : "unknown reason";
}

/* A random prime of exactly `bits` bits, top two bits set, with p - 1 coprime to the exponent. */
static bool
make_prime(struct sim_random *random, BIGNUM *prime, int bits, BN_CTX *ctx)
{
	uint8_t bytes[256];
	size_t len = (size_t)bits / 8;
	int found = 0;

	if (len > sizeof bytes || !sim_random_bytes(random, bytes, len))
		return false;
	bytes[0] |= 0xC0;
	bytes[len - 1] |= 1;
	if (!BN_bin2bn(bytes, (int)len, prime))
		return false;
	OPENSSL_cleanse(bytes, sizeof bytes);
	while (found == 0) {
		if (!BN_add_word(prime, 2))
			return false;
		if (BN_mod_word(prime, EXPONENT) != 1)
			found = BN_check_prime(prime, ctx, NULL);
	}
	return found == 1 && BN_num_bits(prime) == bits;
}

/* The numbers of an RSA key. */
enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

/* Everything else of an RSA key from its two primes. */
static bool
derive_rsa(BIGNUM *k[NUMBERS], BN_CTX *ctx)
{
	BIGNUM *p1 = BN_CTX_get(ctx);
	BIGNUM *q1 = BN_CTX_get(ctx);
	BIGNUM *gcd = BN_CTX_get(ctx);
	BIGNUM *lcm = BN_CTX_get(ctx);

	return lcm && BN_set_word(k[E], EXPONENT) && BN_mul(k[N], k[P], k[Q], ctx) &&
	       BN_sub(p1, k[P], BN_value_one()) && BN_sub(q1, k[Q], BN_value_one()) &&
	       BN_gcd(gcd, p1, q1, ctx) && BN_mul(lcm, p1, q1, ctx) &&
	       BN_div(lcm, NULL, lcm, gcd, ctx) && BN_mod_inverse(k[D], k[E], lcm, ctx) &&
	       BN_mod(k[DP], k[D], p1, ctx) && BN_mod(k[DQ], k[D], q1, ctx) &&
	       BN_mod_inverse(k[QINV], k[Q], k[P], ctx);
}

static EVP_PKEY *
assemble_rsa(BIGNUM *k[NUMBERS])
{
	static const char *const names[NUMBERS] = {
		OSSL_PKEY_PARAM_RSA_N,	       OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D,	       OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	bool ok = build && ctx;
	EVP_PKEY *key = NULL;

	for (int i = 0; i < NUMBERS; i++)
		ok = ok && OSSL_PARAM_BLD_push_BN(build, names[i], k[i]) == 1;
	params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
	if (params && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/*
 * OpenSSL's own key generation cannot be fed from a seed without replacing the random generator
 * of the whole process, and takes three times as long. These are keys of test cards.
 */
EVP_PKEY *
sim_pki_make_rsa(struct sim_random *random, int bits)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *k[NUMBERS];
	EVP_PKEY *key = NULL;

	if (!ctx)
		return NULL;
	BN_CTX_start(ctx);
	for (int i = 0; i < NUMBERS; i++)
		k[i] = BN_CTX_get(ctx);
	if (k[QINV] && make_prime(random, k[P], bits / 2, ctx) &&
	    make_prime(random, k[Q], bits / 2, ctx)) {
		if (BN_cmp(k[P], k[Q]) < 0)
			BN_swap(k[P], k[Q]);
		if (derive_rsa(k, ctx))
			key = assemble_rsa(k);
	}
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return key;
}

#define EC_BYTES 48

/* An ECPrivateKey (RFC 5915) of P-384; its public half, which is left out, OpenSSL reckons. */
static EVP_PKEY *
assemble_ec(const BIGNUM *secret)
{
	static const uint8_t head[] = {0x30, 0x3E, 0x02, 0x01, 0x01, 0x04, EC_BYTES};
	static const uint8_t curve[] = {0xA0, 0x07, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
	uint8_t der[sizeof head + EC_BYTES + sizeof curve];
	const unsigned char *cursor = der;
	EVP_PKEY *key = NULL;

	memcpy(der, head, sizeof head);
	memcpy(der + sizeof head + EC_BYTES, curve, sizeof curve);
	if (BN_bn2binpad(secret, der + sizeof head, EC_BYTES) == EC_BYTES)
		key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &cursor, sizeof der);
	OPENSSL_cleanse(der, sizeof der);
	if (key) /* what is written has it */
		EVP_PKEY_set_int_param(key, OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 1);
	return key;
}

EVP_PKEY *
sim_pki_make_ec(struct sim_random *random)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *secret = BN_new();
	uint8_t bytes[EC_BYTES + 8]; /* more than the order has, so that no remainder is favoured */
	EVP_PKEY *key = NULL;

	if (group && ctx && secret && sim_random_bytes(random, bytes, sizeof bytes) &&
	    BN_bin2bn(bytes, sizeof bytes, secret) &&
	    BN_nnmod(secret, secret, EC_GROUP_get0_order(group), ctx) && !BN_is_zero(secret))
		key = assemble_ec(secret);
	BN_clear_free(secret);
	BN_CTX_free(ctx);
	EC_GROUP_free(group);
	return key;
}

/* What a memory BIO holds, as a string; frees the BIO. */
static char *
bio_text(BIO *bio, bool ok)
{
	char *data;
	char *text = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (ok && len >= 0)
		text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

char *
sim_pki_key_to_pem(const EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	return bio ? bio_text(bio, PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
								 NULL) == 1)
		   : NULL;
}

EVP_PKEY *
sim_pki_key_from_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key;
}

uint8_t *
sim_pki_to_der(X509 *certificate, size_t *len)
{
	uint8_t *der = NULL;
	int got = i2d_X509(certificate, &der);

	*len = got > 0 ? (size_t)got : 0;
	return got > 0 ? der : NULL;
}

char *
sim_pki_certificate_to_pem(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return bio ? bio_text(bio, PEM_write_bio_X509(bio, certificate) == 1) : NULL;
}

char *
sim_pki_crl_to_pem(X509_CRL *list)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return bio ? bio_text(bio, PEM_write_bio_X509_CRL(bio, list) == 1) : NULL;
}
