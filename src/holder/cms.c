/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/cms.h"

#include <limits.h>
#include <openssl/evp.h>

/* The attributes that the signature covers beside the certificate's hash (RFC 5652, 11). */
static bool
add_attributes(CMS_SignerInfo *signer, const uint8_t hash[32], time_t now)
{
	ASN1_TIME *time = ASN1_TIME_adj(NULL, now, 0, 0);
	bool ok = time &&
		  CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT,
					      OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
		  CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING,
					      hash, 32) == 1 &&
		  CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, ASN1_STRING_type(time),
					      time, -1) == 1;

	ASN1_TIME_free(time);
	return ok;
}

/* One attribute as it stands in the set that is signed. */
static bool
push_attribute(ASN1_SEQUENCE_ANY *set, const X509_ATTRIBUTE *attribute)
{
	unsigned char *der = NULL;
	int len = i2d_X509_ATTRIBUTE(attribute, &der);
	const unsigned char *at = der;
	ASN1_TYPE *any = len > 0 ? d2i_ASN1_TYPE(NULL, &at, len) : NULL;
	bool ok = any && sk_ASN1_TYPE_push(set, any) > 0;

	if (!ok)
		ASN1_TYPE_free(any);
	OPENSSL_free(der);
	return ok;
}

/* What is signed is the DER of the attributes as a SET OF (RFC 5652, 5.4). */
static bool
hash_attributes(const CMS_SignerInfo *signer, uint8_t to_sign[32])
{
	ASN1_SEQUENCE_ANY *set = sk_ASN1_TYPE_new_null();
	unsigned char *der = NULL;
	bool ok = set != NULL;
	int len;

	for (int i = 0; ok && i < CMS_signed_get_attr_count(signer); i++)
		ok = push_attribute(set, CMS_signed_get_attr(signer, i));
	len = ok ? i2d_ASN1_SET_ANY(set, &der) : -1;
	ok = len > 0 && EVP_Digest(der, (size_t)len, to_sign, NULL, EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	sk_ASN1_TYPE_pop_free(set, ASN1_TYPE_free);
	return ok;
}

static bool
add_signer(CMS_ContentInfo *cms, X509 *certificate, const uint8_t hash[32], time_t now,
	   uint8_t to_sign[32])
{
	/* Its private half is in the card: the library may add the signer, but not sign. */
	CMS_SignerInfo *signer =
		CMS_add1_signer(cms, certificate, X509_get0_pubkey(certificate), EVP_sha256(),
				CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP);
	X509_ALGOR *algorithm;

	if (!signer || !add_attributes(signer, hash, now))
		return false;
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, NULL, &algorithm);
	return X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL, NULL) == 1 &&
	       hash_attributes(signer, to_sign);
}

CMS_ContentInfo *
cms_prepare(X509 *signer, X509 *ca, const uint8_t hash[32], time_t now, uint8_t to_sign[32])
{
	CMS_ContentInfo *cms =
		CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);

	if (cms && add_signer(cms, signer, hash, now, to_sign) &&
	    (!ca || CMS_add1_cert(cms, ca) == 1))
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

static bool
enclose(CMS_ContentInfo *cms, const uint8_t *content, size_t len)
{
	ASN1_OCTET_STRING **place = CMS_get0_content(cms);

	if (!place || len > INT_MAX)
		return false;
	if (!*place)
		*place = ASN1_OCTET_STRING_new();
	return *place && ASN1_OCTET_STRING_set(*place, content, (int)len) == 1;
}

bool
cms_complete(CMS_ContentInfo *cms, const uint8_t signature[256], const uint8_t *content,
	     size_t content_len, uint8_t **der, size_t *len)
{
	CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	int written;

	*der = NULL;
	if ((content && !enclose(cms, content, content_len)) ||
	    ASN1_OCTET_STRING_set(CMS_SignerInfo_get0_signature(signer), signature, 256) != 1)
		return false;
	written = i2d_CMS_ContentInfo(cms, der);
	*len = written > 0 ? (size_t)written : 0;
	return written > 0;
}
