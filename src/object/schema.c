/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/schema.h"

#define BOOL(type, value) {type, SCHEMA_BOOL, value}
#define ULONG(type, value) {type, SCHEMA_ULONG, value}
#define FIELD(type, name) {type, SCHEMA_FIELD, offsetof(struct certificate, name)}
#define DATE(type, name) {type, SCHEMA_DATE, offsetof(struct certificate, name)}
#define FROM(type, source) {type, source, 0}

/* What every object on the card has (PKCS#11 2.40 4.4): nothing can be changed or copied. */
#define STORAGE(class)                                                                             \
	ULONG(CKA_CLASS, class), BOOL(CKA_TOKEN, CK_TRUE), BOOL(CKA_MODIFIABLE, CK_FALSE),         \
		BOOL(CKA_COPYABLE, CK_FALSE), BOOL(CKA_DESTROYABLE, CK_FALSE),                     \
		FROM(CKA_LABEL, SCHEMA_LABEL)

#define CERTIFICATE(category)                                                                      \
	STORAGE(CKO_CERTIFICATE), FROM(CKA_PRIVATE, SCHEMA_PRIVATE),                               \
		ULONG(CKA_CERTIFICATE_TYPE, CKC_X_509), ULONG(CKA_CERTIFICATE_CATEGORY, category), \
		BOOL(CKA_TRUSTED, CK_FALSE), FROM(CKA_ID, SCHEMA_ID), FIELD(CKA_SUBJECT, subject), \
		FIELD(CKA_ISSUER, issuer), FIELD(CKA_SERIAL_NUMBER, serial),                       \
		FIELD(CKA_VALUE, der), FIELD(CKA_PUBLIC_KEY_INFO, key_info),                       \
		FROM(CKA_CHECK_VALUE, SCHEMA_CHECKSUM), DATE(CKA_START_DATE, not_before),          \
		DATE(CKA_END_DATE, not_after), ULONG(CKA_JAVA_MIDP_SECURITY_DOMAIN, 0),            \
		FROM(CKA_URL, SCHEMA_EMPTY)

/*
 * What both halves of a key pair have (PKCS#11 2.40 4.7). Whether the card made the key is not
 * known, so CKA_LOCAL is false, and then no generating mechanism is given.
 */
#define KEY                                                                                        \
	ULONG(CKA_KEY_TYPE, CKK_RSA), FROM(CKA_ID, SCHEMA_ID), FROM(CKA_START_DATE, SCHEMA_EMPTY), \
		FROM(CKA_END_DATE, SCHEMA_EMPTY), BOOL(CKA_DERIVE, CK_FALSE),                      \
		BOOL(CKA_LOCAL, CK_FALSE),                                                         \
		ULONG(CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION),                          \
		FROM(CKA_ALLOWED_MECHANISMS, SCHEMA_MECHANISMS), FIELD(CKA_SUBJECT, subject),      \
		FIELD(CKA_MODULUS, modulus), FIELD(CKA_PUBLIC_EXPONENT, exponent),                 \
		FIELD(CKA_PUBLIC_KEY_INFO, key_info)

static const struct schema_row certificate_rows[] = {
	CERTIFICATE(CK_CERTIFICATE_CATEGORY_TOKEN_USER),
};

static const struct schema_row ca_certificate_rows[] = {
	CERTIFICATE(CK_CERTIFICATE_CATEGORY_AUTHORITY),
};

/* There is no C_Verify and no encryption here: programs do both in software. */
static const struct schema_row public_key_rows[] = {
	STORAGE(CKO_PUBLIC_KEY),
	KEY,
	FROM(CKA_PRIVATE, SCHEMA_PRIVATE),
	ULONG(CKA_MODULUS_BITS, 2048), /* certificate_parse refuses others */
	BOOL(CKA_ENCRYPT, CK_FALSE),
	BOOL(CKA_VERIFY, CK_FALSE),
	BOOL(CKA_VERIFY_RECOVER, CK_FALSE),
	BOOL(CKA_WRAP, CK_FALSE),
	BOOL(CKA_TRUSTED, CK_FALSE),
};

static const struct schema_row private_key_rows[] = {
	STORAGE(CKO_PRIVATE_KEY),
	KEY,
	BOOL(CKA_PRIVATE, CK_TRUE), /* whatever the rest of the token is */
	BOOL(CKA_SENSITIVE, CK_TRUE),
	BOOL(CKA_ALWAYS_SENSITIVE, CK_TRUE),
	BOOL(CKA_EXTRACTABLE, CK_FALSE),
	BOOL(CKA_NEVER_EXTRACTABLE, CK_TRUE),
	BOOL(CKA_SIGN, CK_TRUE),
	BOOL(CKA_SIGN_RECOVER, CK_FALSE),
	BOOL(CKA_DECRYPT, CK_FALSE),
	BOOL(CKA_UNWRAP, CK_FALSE),
	BOOL(CKA_WRAP_WITH_TRUSTED, CK_FALSE),
	FROM(CKA_ALWAYS_AUTHENTICATE, SCHEMA_ASK_PIN),
	FROM(CKA_PRIVATE_EXPONENT, SCHEMA_SENSITIVE),
	FROM(CKA_PRIME_1, SCHEMA_SENSITIVE),
	FROM(CKA_PRIME_2, SCHEMA_SENSITIVE),
	FROM(CKA_EXPONENT_1, SCHEMA_SENSITIVE),
	FROM(CKA_EXPONENT_2, SCHEMA_SENSITIVE),
	FROM(CKA_COEFFICIENT, SCHEMA_SENSITIVE),
};

static const struct schema_row profile_rows[] = {
	ULONG(CKA_CLASS, CKO_PROFILE),
	BOOL(CKA_TOKEN, CK_TRUE),
	BOOL(CKA_PRIVATE, CK_FALSE),
	ULONG(CKA_PROFILE_ID, CKP_PUBLIC_CERTIFICATES_TOKEN),
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

const struct schema schemas[OBJECT_KINDS] = {
	[OBJECT_CERTIFICATE] = {ROWS(certificate_rows), "Certificate"},
	[OBJECT_PUBLIC_KEY] = {ROWS(public_key_rows), "Public Key"},
	[OBJECT_PRIVATE_KEY] = {ROWS(private_key_rows), "Key"},
	[OBJECT_CA_CERTIFICATE] = {ROWS(ca_certificate_rows), "Certificate CA"},
	[OBJECT_PROFILE] = {ROWS(profile_rows), ""},
};

const struct schema_row *
schema_find(enum object_kind kind, CK_ATTRIBUTE_TYPE type)
{
	const struct schema *schema = &schemas[kind];

	for (size_t i = 0; i < schema->count; i++)
		if (schema->rows[i].type == type)
			return &schema->rows[i];
	return NULL;
}

bool
schema_in_certificate(const struct schema_row *row)
{
	return row->source == SCHEMA_FIELD || row->source == SCHEMA_DATE ||
	       row->source == SCHEMA_CHECKSUM;
}
