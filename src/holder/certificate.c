/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/certificate.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>
#include <time.h>

#include "holder/dates.h"

bool
certificate_time(const ASN1_TIME *text, int64_t *time)
{
	struct tm tm;

	if (!text || ASN1_TIME_to_tm(text, &tm) != 1)
		return false;
	/* Certificates outlive a time_t of 32 bits. */
	*time = day_begin((struct day){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday}) +
		tm.tm_hour * INT64_C(3600) + tm.tm_min * INT64_C(60) + tm.tm_sec;
	return true;
}

bool
certificate_dates(const X509 *certificate, int64_t *from, int64_t *to)
{
	return certificate_time(X509_get0_notBefore(certificate), from) &&
	       certificate_time(X509_get0_notAfter(certificate), to);
}

bool
certificate_verifies(const X509 *certificate, const uint8_t hash[32], const uint8_t signature[256])
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	bool ok = context && EVP_PKEY_verify_init(context) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
		  EVP_PKEY_verify(context, signature, 256, hash, 32) == 1;

	EVP_PKEY_CTX_free(context);
	return ok;
}

void
certificate_fingerprint(const X509 *certificate, char text[FINGERPRINT_TEXT])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (X509_digest(certificate, EVP_sha256(), hash, &len) != 1 ||
	    OPENSSL_buf2hexstr_ex(text, FINGERPRINT_TEXT, NULL, hash, len, '\0') != 1)
		memcpy(text, "?", sizeof "?");
}

bool
certificate_is_simulated(const X509 *certificate)
{
	static const char simulated[] = "JPKI-SIM";
	const X509_NAME *issuer = X509_get_issuer_name(certificate);
	const int at = X509_NAME_get_index_by_NID(issuer, NID_organizationName, -1);
	const ASN1_STRING *organisation =
		at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(issuer, at));

	return organisation && ASN1_STRING_length(organisation) == sizeof simulated - 1 &&
	       memcmp(ASN1_STRING_get0_data(organisation), simulated, sizeof simulated - 1) == 0;
}

enum standing
certificate_standing(int64_t from, int64_t to, int64_t now)
{
	if (now < from)
		return STANDING_EARLY;
	if (now > to)
		return STANDING_ENDED;
	if (day_count(day_renewal_opens(day_at(to)), day_at(now)) >= 0)
		return STANDING_RENEWAL;
	return STANDING_GOOD;
}

bool
certificate_in_term(int64_t from, int64_t to, int64_t now)
{
	return now >= from && now <= to;
}
