/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/made-certificate.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ISSUER                                                                                     \
	"/C=JP/O=JPKI-SIM/OU=JPKI for user authentication"                                         \
	"/OU=Japan Agency for Local Authority Information Systems"

const struct made_recipe made_auth = {
	.subject = MADE_SUBJECT_AUTH,
	.serial = 0x0705d990,
	.not_before = "251027010203Z",
	.not_after = "300217145959Z",
};

const struct made_recipe made_sign = {
	.subject = MADE_SUBJECT_SIGN,
	.serial = 0x0705d991,
	.not_before = "251027010204Z",
	.not_after = "300217145959Z",
	.personal = true,
};

EVP_PKEY *
made_rsa_key(int bits)
{
	static EVP_PKEY *keys[8];
	EVP_PKEY **key = &keys[bits / 1024];

	assert_true(bits < 8 * 1024);
	if (!*key)
		*key = EVP_RSA_gen((unsigned int)bits);
	assert_non_null(*key);
	return *key;
}

static X509_NAME *
make_name(const char *text)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = strdup(text), *rest = copy, *part;

	while ((part = strtok_r(rest, "/", &rest))) {
		char *value = strchr(part, '=');

		*value++ = '\0';
		assert_true(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
						       (const unsigned char *)value, -1, -1, 0));
	}
	free(copy);
	return name;
}

static void
set_time(ASN1_TIME *time, const char *text)
{
	ASN1_STRING *made =
		ASN1_STRING_type_new(strlen(text) > 13 ? V_ASN1_GENERALIZEDTIME : V_ASN1_UTCTIME);

	assert_true(ASN1_STRING_set(made, text, -1));
	assert_true(ASN1_STRING_copy(time, made));
	ASN1_STRING_free(made);
}

/* Order and object identifiers of card fact 6.2; the person is nobody. */
static void
add_personal_names(X509 *certificate)
{
	static const char config[] =
		"otherName:1.2.392.200149.8.5.5.1;UTF8:\xe8\xa9\xa6\xe9\xa8\x93,"
		"otherName:1.2.392.200149.8.5.5.4;UTF8:419900102,"
		"otherName:1.2.392.200149.8.5.5.3;UTF8:1,"
		"otherName:1.2.392.200149.8.5.5.5;UTF8:\xe6\xb8\x85\xe7\x80\xac,"
		"otherName:1.2.392.200149.8.5.5.2;UTF8:00,"
		"otherName:1.2.392.200149.8.5.5.6;UTF8:00000";
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, config);

	assert_non_null(extension);
	assert_true(X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static void
add_key_usage(X509 *certificate)
{
	X509_EXTENSION *extension =
		X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,digitalSignature");

	assert_non_null(extension);
	assert_true(X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

X509 *
made_certificate(const struct made_recipe *recipe, EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = make_name(recipe->subject), *issuer = make_name(ISSUER);

	assert_true(X509_set_version(certificate, X509_VERSION_3));
	assert_true(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), recipe->serial));
	assert_true(X509_set_subject_name(certificate, subject));
	assert_true(X509_set_issuer_name(certificate, issuer));
	set_time(X509_getm_notBefore(certificate), recipe->not_before);
	set_time(X509_getm_notAfter(certificate), recipe->not_after);
	assert_true(X509_set_pubkey(certificate, key));
	add_key_usage(certificate);
	if (recipe->personal)
		add_personal_names(certificate);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return certificate;
}

struct bytes
made_der(X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	uint8_t *copy = malloc(len > 0 ? (size_t)len : 1);

	/* From malloc, so that callers need no OpenSSL to free it. */
	assert_true(len > 0);
	assert_non_null(copy);
	memcpy(copy, der, (size_t)len);
	OPENSSL_free(der);
	return (struct bytes){copy, (size_t)len};
}
