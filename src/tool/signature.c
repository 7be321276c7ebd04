/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/signature.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* ---- reading ---- */

static const char pem_begin[] = "-----BEGIN ";

bool
signature_looks_like_one(const uint8_t *data, size_t len)
{
	/* id-signedData, which comes after one or two headers of a few bytes */
	static const uint8_t signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
					      0xF7, 0x0D, 0x01, 0x07, 0x02};

	return memmem(data, len < 24 ? len : 24, signed_data, sizeof signed_data) ||
	       memmem(data, len, pem_begin, sizeof pem_begin - 1);
}

/* PEM may be encrypted with a password. Nobody is asked for one. */
static int
no_password(char *text, int size, int writing, void *context)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static CMS_ContentInfo *
read_pem(const uint8_t *data, size_t len)
{
	BIO *in = BIO_new_mem_buf(data, (int)len);
	CMS_ContentInfo *cms = in ? PEM_read_bio_CMS(in, NULL, no_password, NULL) : NULL;

	BIO_free(in);
	return cms;
}

/* The whole of it: what follows a signature was not looked at by anybody. */
static CMS_ContentInfo *
read_der(const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);

	if (cms && at == data + len)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

bool
signature_open(struct signature *signature, const uint8_t *data, size_t len)
{
	*signature = (struct signature){0};
	if (len > INT_MAX)
		return false;
	signature->cms = read_der(data, len);
	if (!signature->cms && memmem(data, len, pem_begin, sizeof pem_begin - 1))
		signature->cms = read_pem(data, len);
	ERR_clear_error();
	if (!signature->cms || OBJ_obj2nid(CMS_get0_type(signature->cms)) != NID_pkcs7_signed)
		return false;
	signature->count = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(signature->cms));
	signature->count = signature->count < 0 ? 0 : signature->count;
	signature->signers = calloc((size_t)signature->count + 1, sizeof *signature->signers);
	signature->certificates = CMS_get1_certs(signature->cms);
	(void)CMS_set1_signers_certs(signature->cms, NULL, 0);
	return signature->signers != NULL;
}

void
signature_close(struct signature *signature)
{
	BIO_free_all(signature->digests);
	sk_X509_pop_free(signature->certificates, X509_free);
	CMS_ContentInfo_free(signature->cms);
	free(signature->signers);
	ERR_clear_error();
}

bool
signature_is_enclosed(const struct signature *signature)
{
	return CMS_is_detached(signature->cms) == 0;
}

/* ---- the content ---- */

static CMS_SignerInfo *
info_of(const struct signature *signature, int i)
{
	return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(signature->cms), i);
}

static int
digest_of(CMS_SignerInfo *info)
{
	X509_ALGOR *digest;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, NULL);
	return OBJ_obj2nid(digest->algorithm);
}

static const int safe[] = {NID_sha256, NID_sha384, NID_sha512};
#define SAFE (sizeof safe / sizeof safe[0])

static bool
is_safe(int nid)
{
	for (size_t i = 0; i < SAFE; i++)
		if (safe[i] == nid)
			return true;
	return false;
}

/*
 * A chain of our own, of each safe hash that is needed: that of the library has one for each that
 * the file lists, a million if it likes.
 */
static bool
start_digests(struct signature *signature)
{
	signature->digests = BIO_new(BIO_s_null());
	for (size_t i = 0; signature->digests && i < SAFE; i++) {
		BIO *digest = NULL;

		for (int j = 0; !digest && j < signature->count; j++)
			if (digest_of(info_of(signature, j)) == safe[i])
				digest = BIO_new(BIO_f_md());
		if (!digest)
			continue;
		if (BIO_set_md(digest, EVP_get_digestbynid(safe[i])) <= 0) {
			BIO_free(digest);
			return false;
		}
		signature->digests = BIO_push(digest, signature->digests);
	}
	return signature->digests != NULL;
}

bool
signature_add(struct signature *signature, const uint8_t *data, size_t len)
{
	if (!signature->digests && !start_digests(signature))
		return false;
	return len == 0 ||
	       (len <= INT_MAX && BIO_write(signature->digests, data, (int)len) == (int)len);
}

/* ---- what it says ---- */

static const ASN1_STRING *
attribute(CMS_SignerInfo *info, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(nid), -3, type);
}

static bool
has_hash(const ASN1_STRING *text, const X509 *certificate, const EVP_MD *digest)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	return X509_digest(certificate, digest, hash, &len) == 1 &&
	       memmem(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text), hash, len);
}

/*
 * What a signer may have named as the own certificate (RFC 5035): its hash stands in a signed
 * attribute. Whoever put another certificate into the file cannot have changed that.
 */
static bool
names_other(CMS_SignerInfo *info, const X509 *certificate)
{
	const int nids[] = {NID_id_smime_aa_signingCertificateV2,
			    NID_id_smime_aa_signingCertificate};
	const EVP_MD *digests[] = {EVP_sha256(), EVP_sha384(), EVP_sha512(), EVP_sha1()};

	for (size_t i = 0; i < 2; i++) {
		const ASN1_STRING *text = attribute(info, nids[i], V_ASN1_SEQUENCE);
		bool found = false;

		if (CMS_signed_get_attr_by_NID(info, nids[i], -1) < 0)
			continue;
		for (size_t j = 0; text && j < 4; j++)
			found = found || has_hash(text, certificate, digests[j]);
		if (!found)
			return true;
	}
	return false;
}

/* The content's type is signed too (RFC 5652, 11.1): it has to be that of the content here. */
static bool
is_other_type(const struct signature *signature, CMS_SignerInfo *info)
{
	const ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(
		info, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);

	return !type || OBJ_cmp(type, CMS_get0_eContentType(signature->cms)) != 0;
}

static enum signature_answer
check_signature(const struct signature *signature, CMS_SignerInfo *info, const X509 *certificate)
{
	bool has_attributes = CMS_signed_get_attr_count(info) >= 0;

	if (!certificate)
		return SIGNATURE_NO_CERTIFICATE;
	if (!is_safe(digest_of(info)))
		return SIGNATURE_UNSAFE;
	if (has_attributes && (CMS_SignerInfo_verify(info) != 1 || is_other_type(signature, info)))
		return SIGNATURE_WRONG;
	if (CMS_SignerInfo_verify_content(info, signature->digests) != 1)
		return SIGNATURE_CONTENT;
	if (has_attributes && names_other(info, certificate))
		return SIGNATURE_OTHER_CERTIFICATE;
	if (!(X509_get_key_usage((X509 *)(uintptr_t)certificate) & KU_NON_REPUDIATION))
		return SIGNATURE_NOT_FOR_SIGNING;
	return SIGNATURE_FITS;
}

/* ---- whose it is ---- */

/* Of several answers, the one that says most. */
static int
rank(enum authority_answer answer)
{
	static const enum authority_answer order[] = {AUTHORITY_UNKNOWN,   AUTHORITY_FORGED,
						      AUTHORITY_NO_LIST,   AUTHORITY_KNOWN_SERIAL,
						      AUTHORITY_SIMULATED, AUTHORITY_PUBLISHED};
	int i = 0;

	while (order[i] != answer)
		i++;
	return i;
}

static void
find_authority(const struct signature *signature, struct signer *signer)
{
	const X509_NAME *issuer = X509_get_issuer_name(signer->certificate);

	signer->authority = AUTHORITY_UNKNOWN;
	for (int i = 0; i < sk_X509_num(signature->certificates); i++) {
		X509 *ca = sk_X509_value(signature->certificates, i);
		char year[AUTHORITY_YEAR];
		enum authority_answer answer;

		if (X509_NAME_cmp(X509_get_subject_name(ca), issuer) != 0)
			continue;
		signer->has_ca = true;
		answer = authority_check(KEY_SIGN, signer->certificate, ca, year);
		if (rank(answer) < rank(signer->authority))
			continue;
		signer->authority = answer;
		memcpy(signer->year, year, sizeof signer->year);
	}
}

static void
find_time(CMS_SignerInfo *info, struct signer *signer)
{
	const ASN1_TIME *time = attribute(info, NID_pkcs9_signingTime, V_ASN1_UTCTIME);

	if (!time)
		time = attribute(info, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME);
	signer->is_timed = time && certificate_time(time, &signer->time);
}

static void
check_signer(const struct signature *signature, CMS_SignerInfo *info, struct signer *signer)
{
	const char *name = OBJ_nid2sn(digest_of(info));

	CMS_SignerInfo_get0_algs(info, NULL, &signer->certificate, NULL, NULL);
	signer->digest = name && digest_of(info) != NID_undef ? name : "?";
	signer->answer = check_signature(signature, info, signer->certificate);
	find_time(info, signer);
	if (!signer->certificate)
		return;
	signer->is_dated = certificate_dates(signer->certificate, &signer->from, &signer->to);
	find_authority(signature, signer);
}

const uint8_t *
signature_content(const struct signature *signature, size_t *len)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(signature->cms);

	if (!content || !*content)
		return NULL;
	*len = (size_t)ASN1_STRING_length(*content);
	return ASN1_STRING_get0_data(*content);
}

bool
signature_check(struct signature *signature)
{
	size_t len = 0;
	const uint8_t *content = signature_content(signature, &len);
	bool ok = signature_add(signature, content, len);

	for (int i = 0; ok && i < signature->count; i++)
		check_signer(signature, info_of(signature, i), &signature->signers[i]);
	ERR_clear_error();
	return ok;
}

bool
signature_fits(const struct signature *signature)
{
	for (int i = 0; i < signature->count; i++)
		if (signature->signers[i].answer != SIGNATURE_FITS)
			return false;
	return signature->count > 0;
}

bool
signer_in_term(const struct signer *signer, int64_t time)
{
	return signer->is_dated && time >= signer->from && time <= signer->to;
}

#define SLACK 300 /* seconds that a signer's clock may be ahead of ours */

bool
signer_time_is_good(const struct signer *signer, int64_t now)
{
	return !signer->is_timed ||
	       (signer->time <= now + SLACK && signer_in_term(signer, signer->time));
}
