/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CMS signatures (RFC 5652) as jpki-tool makes and checks them, with keys and times made here:
 * what a real card or an honest clock would not give; and that no changed byte goes unseen.
 */
#include "holder/signature.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "holder/certificate.h"
#include "holder/cms.h"

#define FROM INT64_C(1735657200) /* 2025-01-01 00:00 in Japan */
#define TO INT64_C(1893423599)	 /* 2029-12-31 23:59:59 in Japan */
#define SIGNED (FROM + 1000000)

static const uint8_t content[] = "what is signed";
static EVP_PKEY *key;
static X509 *certificate;

static void
add_extension(X509 *made, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(made, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

#define USAGE "critical,digitalSignature,nonRepudiation" /* card fact 6.2 */

/* Of that name, issued by `issuer` (NULL: by itself), everything signed with the one key. */
static X509 *
make_as(const char *name, long serial, const X509 *issuer, const char *usage,
	const char *constraints)
{
	X509 *made = X509_new();
	X509_NAME *subject = X509_NAME_new();

	assert_int_equal(X509_set_version(made, X509_VERSION_3), 1);
	assert_int_equal(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
						    (const unsigned char *)name, -1, -1, 0),
			 1);
	assert_int_equal(X509_set_subject_name(made, subject), 1);
	assert_int_equal(
		X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer) : subject), 1);
	X509_NAME_free(subject);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), serial), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), FROM));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), TO));
	assert_int_equal(X509_set_pubkey(made, key), 1);
	add_extension(made, NID_key_usage, usage);
	if (constraints)
		add_extension(made, NID_basic_constraints, constraints);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	return made;
}

static X509 *
make(long serial)
{
	return make_as("signer", serial, NULL, USAGE, NULL);
}

/* What the card does: RSASSA-PKCS1-v1_5 over a SHA-256 hash. */
static void
sign_hash(const uint8_t hash[32], uint8_t signature[256])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = 256;

	assert_int_equal(EVP_PKEY_sign_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_sign(context, signature, &len, hash, 32), 1);
	assert_int_equal(len, 256);
	EVP_PKEY_CTX_free(context);
}

/* An enclosed signature made at that time; `swapped`, if not NULL, then takes the signer's place.
 */
static size_t
make_signature(time_t now, X509 *swapped, uint8_t **der)
{
	uint8_t hash[32], to_sign[32], signature[256];
	CMS_ContentInfo *cms;
	size_t len;

	assert_int_equal(EVP_Digest(content, sizeof content, hash, NULL, EVP_sha256(), NULL), 1);
	cms = cms_prepare(certificate, NULL, hash, now, to_sign);
	assert_non_null(cms);
	sign_hash(to_sign, signature);
	if (swapped) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
		ASN1_INTEGER *serial;

		assert_int_equal(CMS_SignerInfo_get0_signer_id(info, NULL, NULL, &serial), 1);
		assert_int_equal(ASN1_INTEGER_set(serial, 2), 1);
		assert_int_equal(CMS_add1_cert(cms, swapped), 1);
	}
	assert_true(cms_complete(cms, signature, content, sizeof content, der, &len));
	CMS_ContentInfo_free(cms);
	return len;
}

/* The one signer of a signature that has to be one. */
static struct signer
signer_of(struct signature *signature, const uint8_t *der, size_t len)
{
	assert_int_equal(signature_open(signature, der, len), SIGNATURE_IS_ONE);
	assert_true(signature_check(signature, "/nonexistent"));
	assert_int_equal(signature->count, 1);
	return signature->signers[0];
}

static void
assert_times(time_t made, int64_t now, bool good_then, bool good_now)
{
	struct signature signature;
	struct signer signer;
	uint8_t *der;
	size_t len = make_signature(made, NULL, &der);

	signer = signer_of(&signature, der, len);
	assert_int_equal(signer.answer, SIGNATURE_FITS);
	assert_true(signer.is_timed);
	assert_int_equal(signer.time, made);
	assert_int_equal(signer_time_is_good(&signer, now), good_then);
	assert_int_equal(signer_in_term(&signer, now), good_now);
	signature_close(&signature);
	OPENSSL_free(der);
}

static void
the_claimed_time_and_now_both_count(void **state)
{
	(void)state;
	assert_times(SIGNED, SIGNED + 60, true, true);
	assert_times(FROM, FROM, true, true);
	assert_times(TO, TO, true, true);
	assert_times(FROM - 1, SIGNED, false, true);
	assert_times(TO + 1, TO + 60, false, false);
	assert_times(SIGNED, TO + 1, true, false);
	/* the future: a clock may be five minutes ahead, not more */
	assert_times(SIGNED + 300, SIGNED, true, true);
	assert_times(SIGNED + 301, SIGNED, false, true);
}

/* A certificate of the same key with other data in it must not take the signer's place. */
static void
the_signer_named_the_certificate(void **state)
{
	X509 *other = make(2);
	struct signature signature;
	uint8_t *der;
	size_t len = make_signature(SIGNED, other, &der);

	(void)state;
	assert_int_equal(signer_of(&signature, der, len).answer, SIGNATURE_OTHER_CERTIFICATE);
	signature_close(&signature);
	OPENSSL_free(der);
	X509_free(other);
}

/* Where the content, the attributes or the signature are, a changed bit is never taken for fine. */
static bool
is_covered(const uint8_t *der, size_t len, size_t at, const uint8_t *part, size_t part_len)
{
	const uint8_t *found = memmem(der, len, part, part_len);

	assert_non_null(found);
	return at >= (size_t)(found - der) && at < (size_t)(found - der) + part_len;
}

static void
no_changed_byte_goes_unseen(void **state)
{
	struct signature signature;
	uint8_t *der, hash[32], value[256];
	size_t len = make_signature(SIGNED, NULL, &der), seen = 0;
	CMS_SignerInfo *info;

	(void)state;
	assert_int_equal(EVP_Digest(content, sizeof content, hash, NULL, EVP_sha256(), NULL), 1);
	assert_int_equal(signer_of(&signature, der, len).answer, SIGNATURE_FITS);
	info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(signature.cms), 0);
	memcpy(value, ASN1_STRING_get0_data(CMS_SignerInfo_get0_signature(info)), sizeof value);
	signature_close(&signature);
	for (size_t i = 0; i < len; i++) {
		bool covered = is_covered(der, len, i, content, sizeof content) ||
			       is_covered(der, len, i, hash, sizeof hash) ||
			       is_covered(der, len, i, value, sizeof value);
		uint8_t *changed = malloc(len); /* of just that size, for a sanitizer to watch */

		assert_non_null(changed);
		memcpy(changed, der, len);
		changed[i] ^= 1u << (i % 8);
		if (signature_open(&signature, changed, len) == SIGNATURE_IS_ONE &&
		    signature_check(&signature, "/nonexistent") && covered) {
			assert_false(signature_fits(&signature));
			seen++;
		}
		signature_close(&signature);
		free(changed);
	}
	assert_int_equal(seen, sizeof content + sizeof hash + sizeof value);
	OPENSSL_free(der);
}

static void
no_beginning_of_one_is_one(void **state)
{
	struct signature signature;
	uint8_t *der;
	size_t len = make_signature(SIGNED, NULL, &der);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		uint8_t *cut = malloc(i + 1);

		assert_non_null(cut);
		memcpy(cut, der, i);
		assert_int_equal(signature_open(&signature, cut, i), SIGNATURE_IS_NONE);
		signature_close(&signature);
		free(cut);
	}
	OPENSSL_free(der);
}

/* A file may list any number of hashes; each that the library followed would cost stack and time.
 */
static void
a_long_list_of_hashes_costs_nothing(void **state)
{
	/* ContentInfo { signedData, [0] SignedData { 1, SET of n hashes, data, SET {} } } */
	static const uint8_t head[] = {0x30, 0x83, 0,	 0,    0,    0x06, 0x09, 0x2A, 0x86,
				       0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0, 0x83,
				       0,    0,	   0,	 0x30, 0x83, 0,	   0,	 0,    0x02,
				       0x01, 0x01, 0x31, 0x83, 0,    0,	   0};
	static const uint8_t one[] = {0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48,
				      0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
	static const uint8_t tail[] = {0x30, 0x12, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
				       0xF7, 0x0D, 0x01, 0x07, 0x01, 0xA0, 0x05, 0x24,
				       0x03, 0x04, 0x01, 0x78, 0x31, 0x00};
	static const size_t lengths[] = {2, 18, 23,
					 31}; /* where their three bytes are in the head */
	const size_t count = 400000, set = count * sizeof one,
		     len = sizeof head + set + sizeof tail;
	struct signature signature;
	uint8_t *der = malloc(len);

	(void)state;
	assert_non_null(der);
	memcpy(der, head, sizeof head);
	for (size_t i = 0; i < 4; i++) {
		size_t rest = i < 3 ? len - lengths[i] - 3 : set;

		der[lengths[i]] = (uint8_t)(rest >> 16);
		der[lengths[i] + 1] = (uint8_t)(rest >> 8);
		der[lengths[i] + 2] = (uint8_t)rest;
	}
	for (size_t i = 0; i < count; i++)
		memcpy(der + sizeof head + i * sizeof one, one, sizeof one);
	memcpy(der + sizeof head + set, tail, sizeof tail);
	assert_int_equal(signature_open(&signature, der, len), SIGNATURE_IS_ONE);
	assert_true(signature_check(&signature, "/nonexistent"));
	assert_false(signature_fits(&signature));
	signature_close(&signature);
	free(der);
}

/* ---- forgeries ---- */

static enum signature_answer
answer_to(const uint8_t *der, size_t len)
{
	struct signature signature;
	enum signature_answer answer = signer_of(&signature, der, len).answer;

	assert_int_equal(signature_fits(&signature), answer == SIGNATURE_FITS);
	signature_close(&signature);
	return answer;
}

/* A signature of OpenSSL's own making over `data`, with more in it added by `change`. */
static size_t
openssl_signature(X509 *signer, unsigned int flags, const uint8_t *data, size_t data_len,
		  void (*change)(CMS_ContentInfo *cms, CMS_SignerInfo *info), uint8_t **der)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
	BIO *in = BIO_new_mem_buf(data, (int)data_len);
	CMS_SignerInfo *info =
		CMS_add1_signer(cms, signer, key, EVP_sha256(), flags | CMS_NOSMIMECAP);
	int len;

	assert_non_null(info);
	if (change)
		change(cms, info);
	assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
	*der = NULL;
	len = i2d_CMS_ContentInfo(cms, der);
	assert_true(len > 0);
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	return (size_t)len;
}

static void
assert_answer(X509 *signer, unsigned int flags, const uint8_t *data, size_t data_len,
	      void (*change)(CMS_ContentInfo *cms, CMS_SignerInfo *info),
	      enum signature_answer expected)
{
	uint8_t *der;
	size_t len = openssl_signature(signer, flags, data, data_len, change, &der);

	assert_int_equal(answer_to(der, len), expected);
	OPENSSL_free(der);
}

/* What the signature in it is over: its [0] as a SET OF (RFC 5652, 5.4), here also in its place. */
static uint8_t *
attributes_in(const uint8_t *der, size_t len, size_t *attributes_len)
{
	for (size_t i = 0; i + 2 < len; i++) {
		const uint8_t *at = der + i;
		uint8_t *attributes;
		long body;
		int tag, class;

		/* [0] of attributes, the first of which has a one-byte length before its name */
		if (der[i] != 0xA0 ||
		    (ASN1_get_object(&at, &body, &tag, &class, (long)(len - i)) & 0x80) ||
		    at[0] != 0x30 || at[2] != 0x06 || at[3] != 9 ||
		    memcmp(at + 4, "\x2A\x86\x48\x86\xF7\x0D\x01\x09", 8) != 0)
			continue;
		*attributes_len = (size_t)(at - (der + i)) + (size_t)body;
		attributes = malloc(*attributes_len);
		assert_non_null(attributes);
		memcpy(attributes, der + i, *attributes_len);
		attributes[0] = 0x31;
		return attributes;
	}
	fail_msg("no signed attributes");
	return NULL;
}

/* The value of its one signature. */
static void
value_in(const uint8_t *der, size_t len, uint8_t value[256])
{
	struct signature signature;
	CMS_SignerInfo *info;

	assert_int_equal(signature_open(&signature, der, len), SIGNATURE_IS_ONE);
	info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(signature.cms), 0);
	assert_int_equal(ASN1_STRING_length(CMS_SignerInfo_get0_signature(info)), 256);
	memcpy(value, ASN1_STRING_get0_data(CMS_SignerInfo_get0_signature(info)), 256);
	signature_close(&signature);
}

/* A genuine signature, its attributes taken out and shown as what was signed. */
static void
signed_attributes_are_no_content(void **state)
{
	uint8_t *genuine, *forged, *attributes, value[256];
	size_t len = make_signature(SIGNED, NULL, &genuine), attributes_len = 0;
	CMS_ContentInfo *cms =
		CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);

	(void)state;
	attributes = attributes_in(genuine, len, &attributes_len);
	value_in(genuine, len, value);
	assert_non_null(
		CMS_add1_signer(cms, certificate, key, EVP_sha256(), CMS_PARTIAL | CMS_NOATTR));
	assert_true(cms_complete(cms, value, attributes, attributes_len, &forged, &len));
	assert_int_equal(answer_to(forged, len), SIGNATURE_BARE);
	CMS_ContentInfo_free(cms);
	/* also where the attributes of this one are all right */
	assert_answer(certificate, CMS_CADES, attributes, attributes_len, NULL,
		      SIGNATURE_OF_ATTRIBUTES);
	/* but not what is a little like it: one byte more, or something else in the set */
	attributes = realloc(attributes, attributes_len + 1);
	assert_non_null(attributes);
	attributes[attributes_len] = 0;
	assert_answer(certificate, CMS_CADES, attributes, attributes_len + 1, NULL, SIGNATURE_FITS);
	assert_answer(certificate, CMS_CADES, (const uint8_t *)"\x31\x03\x02\x01\x05", 5, NULL,
		      SIGNATURE_FITS);
	assert_answer(certificate, CMS_CADES, (const uint8_t *)"\x31\x00", 2, NULL, SIGNATURE_FITS);
	OPENSSL_free(genuine);
	OPENSSL_free(forged);
	free(attributes);
}

static void
without_signed_attributes_nothing_is_valid(void **state)
{
	(void)state;
	assert_answer(certificate, CMS_NOATTR, content, sizeof content, NULL, SIGNATURE_BARE);
	assert_answer(certificate, 0, content, sizeof content, NULL, SIGNATURE_FITS);
}

/* SigningCertificateV2 with the hash of another certificate first, and the signer's behind it. */
static void
name_another_first(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	uint8_t der[4 + 2 * 36] = {0x30, 2 + 2 * 36, 0x30, 2 * 36, 0x30, 34, 0x04, 32};
	unsigned int len;

	(void)cms;
	memcpy(der + 4 + 36, der + 4, 4);
	assert_int_equal(X509_digest(certificate, EVP_sha256(), der + 4 + 36 + 4, &len), 1);
	assert_int_equal(CMS_signed_add1_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2,
						     V_ASN1_SEQUENCE, der, sizeof der),
			 1);
}

/* Its hash, where none is looked for: as the policy behind an empty list. */
static void
name_nobody(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	uint8_t der[4 + 34] = {0x30, 2 + 34, 0x30, 0, 0x04, 32};
	unsigned int len;

	(void)cms;
	assert_int_equal(X509_digest(certificate, EVP_sha256(), der + 6, &len), 1);
	assert_int_equal(CMS_signed_add1_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2,
						     V_ASN1_SEQUENCE, der, sizeof der),
			 1);
}

static void
the_certificate_named_first_has_to_be_the_signers(void **state)
{
	(void)state;
	assert_answer(certificate, 0, content, sizeof content, name_another_first,
		      SIGNATURE_OTHER_CERTIFICATE);
	assert_answer(certificate, 0, content, sizeof content, name_nobody,
		      SIGNATURE_OTHER_CERTIFICATE);
}

/* RFC 5652, 11.1: the signed type is that of the content. */
static void
the_type_of_the_content_is_signed(void **state)
{
	uint8_t hash[32], to_sign[32], value[256], *der;
	CMS_ContentInfo *cms;
	size_t len;

	(void)state;
	assert_int_equal(EVP_Digest(content, sizeof content, hash, NULL, EVP_sha256(), NULL), 1);
	cms = cms_prepare(certificate, NULL, hash, SIGNED, to_sign);
	assert_non_null(cms);
	sign_hash(to_sign, value);
	assert_int_equal(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)), 1);
	assert_true(cms_complete(cms, value, content, sizeof content, &der, &len));
	assert_int_equal(answer_to(der, len), SIGNATURE_WRONG);
	CMS_ContentInfo_free(cms);
	OPENSSL_free(der);
}

/* Only who signed the content is a signer, not who signed a signature (RFC 5652, 11.4). */
static void
add_countersignature(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	(void)cms;
	assert_int_equal(CMS_unsigned_add1_attr_by_NID(info, NID_pkcs9_countersignature,
						       V_ASN1_SEQUENCE, "\x30\x03\x02\x01\x01", 5),
			 1);
}

static void
a_countersignature_is_no_signer(void **state)
{
	(void)state;
	assert_answer(certificate, 0, content, sizeof content, add_countersignature,
		      SIGNATURE_FITS);
}

static void
only_a_certificate_for_documents_signs_one(void **state)
{
	const struct {
		const char *usage, *constraints;
		enum signature_answer answer;
	} rows[] = {
		{USAGE, NULL, SIGNATURE_FITS},
		{USAGE, "critical,CA:FALSE", SIGNATURE_FITS},
		{"critical,digitalSignature", NULL, SIGNATURE_NOT_FOR_SIGNING}, /* the log-in key */
		{"critical,keyCertSign,cRLSign", "critical,CA:TRUE", SIGNATURE_NOT_FOR_SIGNING},
		{USAGE ",keyCertSign", "critical,CA:TRUE", SIGNATURE_NOT_FOR_SIGNING},
		{"critical,keyEncipherment", NULL, SIGNATURE_NOT_FOR_SIGNING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509 *signer = make_as("signer", 7, NULL, rows[i].usage, rows[i].constraints);

		assert_answer(signer, CMS_CADES, content, sizeof content, NULL, rows[i].answer);
		X509_free(signer);
	}
}

/* ---- what is more than one would look at ---- */

static size_t signers_wanted, certificates_wanted;

static void
add_many(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	(void)info;
	for (size_t i = 1; i < signers_wanted; i++)
		assert_non_null(CMS_add1_signer(cms, certificate, key, EVP_sha256(), CMS_NOCERTS));
	for (size_t i = 1; i < certificates_wanted; i++) {
		X509 *one = make((long)i + 10);

		assert_int_equal(CMS_add0_cert(cms, one), 1);
	}
}

static enum signature_form
form_of_many(size_t signers, size_t certificates)
{
	struct signature signature;
	enum signature_form form;
	uint8_t *der;
	size_t len;

	signers_wanted = signers;
	certificates_wanted = certificates;
	len = openssl_signature(certificate, 0, content, sizeof content, add_many, &der);
	form = signature_open(&signature, der, len);
	signature_close(&signature);
	OPENSSL_free(der);
	return form;
}

static void
there_is_an_end_to_what_is_looked_at(void **state)
{
	(void)state;
	assert_int_equal(form_of_many(50, 1), SIGNATURE_IS_ONE);
	assert_int_equal(form_of_many(51, 1), SIGNATURE_IS_TOO_MUCH);
	assert_int_equal(form_of_many(1, 500), SIGNATURE_IS_ONE);
	assert_int_equal(form_of_many(1, 501), SIGNATURE_IS_TOO_MUCH);
}

static int comment_length;

static void
add_one_with_a_comment(CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	X509 *one = make(9);
	char *comment = malloc((size_t)comment_length + 1);

	(void)info;
	assert_non_null(comment);
	memset(comment, 'x', (size_t)comment_length);
	comment[comment_length] = '\0';
	add_extension(one, NID_netscape_comment, comment);
	free(comment);
	assert_true(X509_sign(one, key, EVP_sha256()) > 0);
	assert_int_equal(CMS_add0_cert(cms, one), 1);
}

/* What it says would be looked at for each who signs with it. */
static void
there_is_an_end_to_the_size_of_a_certificate(void **state)
{
	static const struct {
		int length;
		enum signature_form form;
	} rows[] = {{30000, SIGNATURE_IS_ONE},
		    {33000, SIGNATURE_IS_TOO_MUCH},
		    {1000000, SIGNATURE_IS_TOO_MUCH}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct signature signature;
		uint8_t *der;
		size_t len;

		comment_length = rows[i].length;
		len = openssl_signature(certificate, 0, content, sizeof content,
					add_one_with_a_comment, &der);
		assert_int_equal(signature_open(&signature, der, len), rows[i].form);
		signature_close(&signature);
		OPENSSL_free(der);
	}
}

/* ---- PEM (RFC 7468) ---- */

static enum signature_form
form_of(const char *format, const char *block)
{
	struct signature signature;
	enum signature_form form;
	char *text;
	int len = asprintf(&text, format, block, block);

	assert_true(len > 0);
	form = signature_open(&signature, (const uint8_t *)text, (size_t)len);
	signature_close(&signature);
	free(text);
	return form;
}

/* The lines between BEGIN and END. */
static char *
base64_of(const uint8_t *der, size_t len)
{
	BIO *out = BIO_new(BIO_s_mem()), *filter = BIO_push(BIO_new(BIO_f_base64()), out);
	char *data, *text;
	long text_len;

	assert_int_equal(BIO_write(filter, der, (int)len), (int)len);
	assert_int_equal(BIO_flush(filter), 1);
	text_len = BIO_get_mem_data(out, &data);
	text = strndup(data, (size_t)text_len);
	assert_non_null(text);
	BIO_free_all(filter);
	return text;
}

static void
one_block_and_nothing_beside_it_is_pem(void **state)
{
	const char *const good[] = {
		"-----BEGIN CMS-----\n%s-----END CMS-----\n",
		"-----BEGIN PKCS7-----\n%s-----END PKCS7-----",
		"\n \t\r\n-----BEGIN CMS-----\r\n%s-----END CMS-----\r\n\n",
	};
	const char *const bad[] = {
		"I owe the bearer 1,000,000 yen.\n-----BEGIN CMS-----\n%s-----END CMS-----\n",
		"-----BEGIN CMS-----\n%s-----END CMS-----\nI owe the bearer 1,000,000 yen.\n",
		"-----BEGIN CMS-----\nI-owe: the bearer\n\n%s-----END CMS-----\n",
		"-----BEGIN CMS-----\n%s-----END CMS-----\n-----BEGIN CMS-----\n%s-----END "
		"CMS-----\n",
		"-----BEGIN CMS-----\n%s-----END PKCS7-----\n",
		"-----BEGIN CMS-----\n%s",
		"-----BEGIN CMS-----\n%s\n(see above)\n-----END CMS-----\n",
		"-----BEGIN CMS-----\n%sAAAA-----END CMS-----\n", /* bytes behind the signature */
		"\xEF\xBB\xBF-----BEGIN CMS-----\n%s-----END CMS-----\n",
	};
	uint8_t *der;
	size_t len = make_signature(SIGNED, NULL, &der);
	char *block = base64_of(der, len);

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(form_of(good[i], block), SIGNATURE_IS_ONE);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(form_of(bad[i], block), SIGNATURE_IS_ACCOMPANIED);
	assert_int_equal(
		form_of("-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n", block),
		SIGNATURE_IS_NONE);
	free(block);
	OPENSSL_free(der);
}

static int
prepare(void **state)
{
	(void)state;
	key = EVP_RSA_gen(2048);
	if (!key)
		return -1;
	certificate = make(1);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return 0;
}

/* X.690, 11.7 and RFC 5280, 4.1.2.5: two digits of the year up to 2049, four beyond. */
static void
times_are_read_as_they_are_far_from_today(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} times[] = {
		{"380119031407Z", INT64_C(2147483647)},
		{"380119031408Z", INT64_C(2147483648)},
		{"491231235959Z", INT64_C(2524607999)},
		{"20500101000000Z", INT64_C(2524608000)},
		{"99991231235959Z", INT64_C(253402300799)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		ASN1_TIME *time = ASN1_TIME_new();
		int64_t seconds;

		assert_int_equal(ASN1_TIME_set_string(time, times[i].text), 1);
		assert_true(certificate_time(time, &seconds));
		assert_int_equal(seconds, times[i].seconds);
		ASN1_TIME_free(time);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_claimed_time_and_now_both_count),
		cmocka_unit_test(times_are_read_as_they_are_far_from_today),
		cmocka_unit_test(the_signer_named_the_certificate),
		cmocka_unit_test(no_changed_byte_goes_unseen),
		cmocka_unit_test(no_beginning_of_one_is_one),
		cmocka_unit_test(a_long_list_of_hashes_costs_nothing),
		cmocka_unit_test(signed_attributes_are_no_content),
		cmocka_unit_test(without_signed_attributes_nothing_is_valid),
		cmocka_unit_test(the_certificate_named_first_has_to_be_the_signers),
		cmocka_unit_test(the_type_of_the_content_is_signed),
		cmocka_unit_test(a_countersignature_is_no_signer),
		cmocka_unit_test(only_a_certificate_for_documents_signs_one),
		cmocka_unit_test(there_is_an_end_to_what_is_looked_at),
		cmocka_unit_test(there_is_an_end_to_the_size_of_a_certificate),
		cmocka_unit_test(one_block_and_nothing_beside_it_is_pem),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
