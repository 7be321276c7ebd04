/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/signature.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static const char pem_begin[] = "-----BEGIN ";
static const char *const pem_names[] = {"CMS", "PKCS7"};
#define PEM_NAMES (sizeof pem_names / sizeof pem_names[0])

bool
signature_looks_like_one(const uint8_t *data, size_t len)
{
	/* id-signedData, which comes after one or two headers of a few bytes. */
	static const uint8_t signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
					      0xF7, 0x0D, 0x01, 0x07, 0x02};

	return memmem(data, len < 24 ? len : 24, signed_data, sizeof signed_data) ||
	       memmem(data, len, pem_begin, sizeof pem_begin - 1);
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

static const char white[] = " \t\r\n";

static void
skip_white(const uint8_t **at, const uint8_t *end)
{
	while (*at < end && **at && strchr(white, **at))
		++*at;
}

/* Takes "-----BEGIN CMS-----" or the like from the front; false if that is not there. */
static bool
take_line(const uint8_t **at, const uint8_t *end, const char *word, const char *name)
{
	char line[32];
	int len = snprintf(line, sizeof line, "-----%s %s-----", word, name);

	if (end - *at < len || memcmp(*at, line, (size_t)len) != 0)
		return false;
	*at += len;
	return true;
}

/* Base64 and white space up to a dash, into bytes of the same length at most; -1 if it is not. */
static long
take_base64(const uint8_t **at, const uint8_t *end, uint8_t *out)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	const uint8_t *dash = memchr(*at, '-', (size_t)(end - *at));
	int len = 0, rest = 0;
	bool ok = context && dash;

	if (ok) {
		EVP_DecodeInit(context);
		ok = EVP_DecodeUpdate(context, out, &len, *at, (int)(dash - *at)) >= 0 &&
		     EVP_DecodeFinal(context, out + len, &rest) == 1;
		*at = dash;
	}
	EVP_ENCODE_CTX_free(context);
	return ok ? (long)len + rest : -1;
}

/* One block of that name and nothing else (RFC 7468). */
static CMS_ContentInfo *
read_block(const uint8_t *at, const uint8_t *end, const char *name, uint8_t *room)
{
	long len;

	skip_white(&at, end);
	if (!take_line(&at, end, "BEGIN", name))
		return NULL;
	len = take_base64(&at, end, room);
	if (len < 0 || !take_line(&at, end, "END", name))
		return NULL;
	skip_white(&at, end);
	return at == end ? read_der(room, (size_t)len) : NULL;
}

/* *is_pem: there is the beginning of a block somewhere. */
static CMS_ContentInfo *
read_pem(const uint8_t *data, size_t len, bool *is_pem)
{
	uint8_t *room = malloc(len + 1);
	CMS_ContentInfo *cms = NULL;

	for (size_t i = 0; room && !cms && i < PEM_NAMES; i++) {
		char line[32];
		int line_len = snprintf(line, sizeof line, "%s%s-----", pem_begin, pem_names[i]);

		if (memmem(data, len, line, (size_t)line_len)) {
			*is_pem = true;
			cms = read_block(data, data + len, pem_names[i], room);
		}
	}
	free(room);
	return cms;
}

static enum signature_form
measure(struct signature *signature)
{
	bool is_large = false;

	signature->count = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(signature->cms));
	signature->count = signature->count < 0 ? 0 : signature->count;
	signature->certificates = CMS_get1_certs(signature->cms);
	/* What a certificate says is looked at, and shown, for each who signs with it. */
	for (int i = 0; i < sk_X509_num(signature->certificates) && !is_large; i++)
		is_large = i2d_X509(sk_X509_value(signature->certificates, i), NULL) >
			   SIGNATURE_CERTIFICATE_SIZE_MAX;
	return is_large || signature->count > SIGNATURE_SIGNERS_MAX ||
			       sk_X509_num(signature->certificates) > SIGNATURE_CERTIFICATES_MAX
		       ? SIGNATURE_IS_TOO_MUCH
		       : SIGNATURE_IS_ONE;
}

enum signature_form
signature_open(struct signature *signature, const uint8_t *data, size_t len)
{
	enum signature_form form;
	bool is_pem = false;

	*signature = (struct signature){0};
	if (len > INT_MAX)
		return SIGNATURE_IS_NONE;
	signature->cms = read_der(data, len);
	if (!signature->cms)
		signature->cms = read_pem(data, len, &is_pem);
	ERR_clear_error();
	if (!signature->cms)
		return is_pem ? SIGNATURE_IS_ACCOMPANIED : SIGNATURE_IS_NONE;
	if (OBJ_obj2nid(CMS_get0_type(signature->cms)) != NID_pkcs7_signed)
		return SIGNATURE_IS_NONE;
	form = measure(signature);
	if (form != SIGNATURE_IS_ONE)
		return form;
	signature->signers = calloc((size_t)signature->count + 1, sizeof *signature->signers);
	(void)CMS_set1_signers_certs(signature->cms, NULL, 0);
	return signature->signers ? SIGNATURE_IS_ONE : SIGNATURE_IS_NONE;
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
	if (signature->content_len < sizeof signature->head) {
		size_t at = (size_t)signature->content_len, room = sizeof signature->head - at;

		if (len > 0)
			memcpy(signature->head + at, data, len < room ? len : room);
	}
	signature->content_len += len;
	return len == 0 ||
	       (len <= INT_MAX && BIO_write(signature->digests, data, (int)len) == (int)len);
}

/* ---- what it says ---- */

static const ASN1_STRING *
attribute(CMS_SignerInfo *info, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(nid), -3, type);
}

/* The elements of a SEQUENCE as it stands there in DER; NULL if it is none. */
static ASN1_SEQUENCE_ANY *
elements(const ASN1_STRING *der)
{
	const uint8_t *at = ASN1_STRING_get0_data(der), *end = at + ASN1_STRING_length(der);
	ASN1_SEQUENCE_ANY *list = d2i_ASN1_SEQUENCE_ANY(NULL, &at, end - at);

	if (list && at == end)
		return list;
	sk_ASN1_TYPE_pop_free(list, ASN1_TYPE_free);
	return NULL;
}

/* The one at that place of the list, if it is of that type; NULL otherwise, and for no list. */
static const ASN1_STRING *
element(const ASN1_SEQUENCE_ANY *list, int at, int type)
{
	const ASN1_TYPE *any = sk_ASN1_TYPE_value(list, at);

	return any && ASN1_TYPE_get(any) == type ? any->value.asn1_string : NULL;
}

/* The hash that an AlgorithmIdentifier in DER names; NULL if it is not known. */
static const EVP_MD *
named_digest(const ASN1_STRING *der)
{
	const uint8_t *at = ASN1_STRING_get0_data(der);
	X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &at, ASN1_STRING_length(der));
	const EVP_MD *digest = algorithm ? EVP_get_digestbyobj(algorithm->algorithm) : NULL;

	X509_ALGOR_free(algorithm);
	return digest;
}

/* ESSCertID, or ESSCertIDv2, whose hash is SHA-256 unless it names another (RFC 5035, 4, 5.4.1). */
static bool
is_id_of(const ASN1_STRING *der, const EVP_MD *digest, const X509 *certificate)
{
	ASN1_SEQUENCE_ANY *id = elements(der);
	const ASN1_STRING *algorithm = element(id, 0, V_ASN1_SEQUENCE);
	const ASN1_STRING *named = element(id, algorithm ? 1 : 0, V_ASN1_OCTET_STRING);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	bool is;

	if (algorithm)
		digest = named_digest(algorithm);
	is = named && digest && X509_digest(certificate, digest, hash, &len) == 1 &&
	     (unsigned int)ASN1_STRING_length(named) == len &&
	     memcmp(ASN1_STRING_get0_data(named), hash, len) == 0;
	sk_ASN1_TYPE_pop_free(id, ASN1_TYPE_free);
	return is;
}

/* The first in the list of SigningCertificate, or of the second version, is the signer's own. */
static bool
names_first(const ASN1_STRING *der, const EVP_MD *digest, const X509 *certificate)
{
	ASN1_SEQUENCE_ANY *outer = elements(der);
	const ASN1_STRING *list = element(outer, 0, V_ASN1_SEQUENCE);
	ASN1_SEQUENCE_ANY *ids = list ? elements(list) : NULL;
	const ASN1_STRING *first = element(ids, 0, V_ASN1_SEQUENCE);
	bool names = first && is_id_of(first, digest, certificate);

	sk_ASN1_TYPE_pop_free(ids, ASN1_TYPE_free);
	sk_ASN1_TYPE_pop_free(outer, ASN1_TYPE_free);
	return names;
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
	const EVP_MD *digests[] = {EVP_sha256(), EVP_sha1()};

	for (size_t i = 0; i < 2; i++) {
		const ASN1_STRING *der = attribute(info, nids[i], V_ASN1_SEQUENCE);

		if (CMS_signed_get_attr_by_NID(info, nids[i], -1) >= 0 &&
		    (!der || !names_first(der, digests[i], certificate)))
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

/*
 * Whether the content is a SET OF Attribute (RFC 5652, 5.3), to its last byte: then what was signed
 * may be the attributes of a signature over something else.
 */
static bool
is_attributes(const struct signature *signature)
{
	const int tags[] = {V_ASN1_SET, V_ASN1_SEQUENCE, V_ASN1_OBJECT, V_ASN1_SET};
	const uint8_t *at = signature->head, *end = at + sizeof signature->head;
	uint64_t left = signature->content_len;

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		const uint8_t *start = at;
		long len;
		int tag, class;

		if (left > LONG_MAX || end - at < 16 ||
		    (ASN1_get_object(&at, &len, &tag, &class, (long)left) & 0x80) ||
		    tag != tags[i] || class != V_ASN1_UNIVERSAL)
			return false;
		left -= (uint64_t)(at - start);
		if (i == 0 && (uint64_t)len != left)
			return false;
		if (tags[i] == V_ASN1_OBJECT) {
			at += len < end - at ? len : end - at;
			left -= (uint64_t)len;
		}
	}
	return true;
}

/* By what the authority wrote into it (RFC 5280, 4.2): for signatures that bind, not for logging
 * in. */
static bool
is_for_signing(X509 *certificate)
{
	return !(X509_get_extension_flags(certificate) & (EXFLAG_INVALID | EXFLAG_CRITICAL)) &&
	       (X509_get_key_usage(certificate) & KU_NON_REPUDIATION) &&
	       X509_check_ca(certificate) == 0;
}

/*
 * Without signed attributes (RFC 5652 wants them but for plain data, CAdES always) nothing tells a
 * signature over a content from one over attributes: whoever has one of these can show it as the
 * other.
 */
static enum signature_answer
check_signature(const struct signature *signature, CMS_SignerInfo *info, X509 *certificate)
{
	if (CMS_signed_get_attr_count(info) <= 0)
		return SIGNATURE_BARE;
	if (is_attributes(signature))
		return SIGNATURE_OF_ATTRIBUTES;
	if (!certificate)
		return SIGNATURE_NO_CERTIFICATE;
	if (!is_safe(digest_of(info)))
		return SIGNATURE_UNSAFE;
	if (CMS_SignerInfo_verify(info) != 1 || is_other_type(signature, info))
		return SIGNATURE_WRONG;
	if (CMS_SignerInfo_verify_content(info, signature->digests) != 1)
		return SIGNATURE_CONTENT;
	if (names_other(info, certificate))
		return SIGNATURE_OTHER_CERTIFICATE;
	return is_for_signing(certificate) ? SIGNATURE_FITS : SIGNATURE_NOT_FOR_SIGNING;
}

/* ---- whose it is ---- */

static void
find_authority(const struct signature *signature, const char *authorities, struct signer *signer)
{
	const X509_NAME *issuer = X509_get_issuer_name(signer->certificate);

	signer->authority = AUTHORITY_UNKNOWN;
	for (int i = 0, seen = 0;
	     seen < SIGNATURE_AUTHORITIES_MAX && i < sk_X509_num(signature->certificates); i++) {
		X509 *ca = sk_X509_value(signature->certificates, i);
		char year[AUTHORITY_YEAR];
		enum authority_answer answer;

		if (X509_NAME_cmp(X509_get_subject_name(ca), issuer) != 0)
			continue;
		seen++;
		signer->has_ca = true;
		answer = authority_check(authorities, KEY_SIGN, signer->certificate, ca, year);
		if (answer < signer->authority)
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
check_signer(const struct signature *signature, const char *authorities, CMS_SignerInfo *info,
	     struct signer *signer)
{
	const char *name = OBJ_nid2sn(digest_of(info));

	CMS_SignerInfo_get0_algs(info, NULL, &signer->certificate, NULL, NULL);
	signer->digest = name && digest_of(info) != NID_undef ? name : "?";
	signer->answer = check_signature(signature, info, signer->certificate);
	find_time(info, signer);
	if (!signer->certificate)
		return;
	signer->is_dated = certificate_dates(signer->certificate, &signer->from, &signer->to);
	find_authority(signature, authorities, signer);
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
signature_check(struct signature *signature, const char *authorities)
{
	size_t len = 0;
	const uint8_t *content = signature_content(signature, &len);
	bool ok = signature_add(signature, content, len);

	for (int i = 0; ok && i < signature->count; i++)
		check_signer(signature, authorities, info_of(signature, i), &signature->signers[i]);
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
	return signer->is_dated && certificate_in_term(signer->from, signer->to, time);
}

#define SLACK 300 /* seconds that a signer's clock may be ahead of ours */

bool
signer_time_is_good(const struct signer *signer, int64_t now)
{
	return !signer->is_timed ||
	       (signer->time <= now + SLACK &&
		(!signer->certificate || signer_in_term(signer, signer->time)));
}

static enum verdict
signer_verdict(const struct signer *signer, int64_t now)
{
	const bool alone = signer->answer == SIGNATURE_NO_CERTIFICATE;

	if ((signer->answer != SIGNATURE_FITS && !alone) || !signer_time_is_good(signer, now))
		return VERDICT_NOT_VALID;
	if (alone)
		return VERDICT_NOT_VERIFIABLE;
	return signer_in_term(signer, now) ? authority_verdict(signer->authority)
					   : VERDICT_NOT_VALID;
}

enum verdict
signature_verdict(const struct signature *signature, int64_t now)
{
	enum verdict worst = signature->count > 0 ? VERDICT_INTACT : VERDICT_NOT_VALID;

	for (int i = 0; i < signature->count; i++) {
		enum verdict verdict = signer_verdict(&signature->signers[i], now);

		if (verdict > worst)
			worst = verdict;
	}
	return worst;
}
