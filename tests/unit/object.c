/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/object.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/made-certificate.h"

/*
 * Written from PKCS#11 2.40 4.4 to 4.9 and 5.7 and from what client programs read of a card. The
 * certificate's fields are asked of OpenSSL.
 */

static struct {
	X509 *x;
	struct bytes der, serial, issuer, subject, key_info, modulus, exponent;
	struct certificate c;
} made;

#define KEEP(field, type, object)                                                                  \
	do {                                                                                       \
		unsigned char *out_ = NULL;                                                        \
		int len_ = i2d_##type(object, &out_);                                              \
		assert_true(len_ > 0);                                                             \
		(field) = (struct bytes){out_, (size_t)len_};                                      \
	} while (0)

static struct bytes
keep_number(EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	unsigned char *out;
	int len;

	assert_true(EVP_PKEY_get_bn_param(key, name, &number));
	out = OPENSSL_malloc((size_t)BN_num_bytes(number));
	len = BN_bn2bin(number, out);
	BN_free(number);
	return (struct bytes){out, (size_t)len};
}

static int
set_up(void **state)
{
	const char *why;

	(void)state;
	made.x = made_certificate(&made_auth, made_rsa_key(2048));
	made.der = made_der(made.x);
	KEEP(made.serial, ASN1_INTEGER, X509_get_serialNumber(made.x));
	KEEP(made.issuer, X509_NAME, X509_get_issuer_name(made.x));
	KEEP(made.subject, X509_NAME, X509_get_subject_name(made.x));
	KEEP(made.key_info, X509_PUBKEY, X509_get_X509_PUBKEY(made.x));
	made.modulus = keep_number(made_rsa_key(2048), "n");
	made.exponent = keep_number(made_rsa_key(2048), "e");
	return certificate_parse(&made.c, made.der, &why) == RESULT_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	OPENSSL_free((void *)made.serial.data);
	OPENSSL_free((void *)made.issuer.data);
	OPENSSL_free((void *)made.subject.data);
	OPENSSL_free((void *)made.key_info.data);
	OPENSSL_free((void *)made.modulus.data);
	OPENSSL_free((void *)made.exponent.data);
	free((void *)made.der.data);
	X509_free(made.x);
	return 0;
}

static struct object_view
view(enum object_kind kind, enum layout_key key)
{
	return (struct object_view){
		.kind = kind,
		.key = key,
		.is_private = key == LAYOUT_SIGN && kind != OBJECT_CA_CERTIFICATE,
		.certificate = &made.c,
	};
}

/* Reads one attribute in the two steps that programs use. */
static struct bytes
read_attribute(const struct object_view *object, CK_ATTRIBUTE_TYPE type, uint8_t room[2048])
{
	CK_ATTRIBUTE a = {type, NULL, 12345};

	assert_int_equal(object_get_attributes(object, &a, 1), CKR_OK);
	assert_true(a.ulValueLen <= 2048);
	memset(room, 0xee, 2048);
	a.pValue = room;
	assert_int_equal(object_get_attributes(object, &a, 1), CKR_OK);
	if (a.ulValueLen < 2048)
		assert_int_equal(room[a.ulValueLen], 0xee);
	return (struct bytes){room, a.ulValueLen};
}

static void
assert_bytes(const struct object_view *object, CK_ATTRIBUTE_TYPE type, struct bytes expected)
{
	uint8_t room[2048];
	struct bytes got = read_attribute(object, type, room);

	if (!bytes_equal(got, expected))
		fail_msg("attribute 0x%lx of kind %d has another value", type, object->kind);
}

static void
assert_ulong(const struct object_view *object, CK_ATTRIBUTE_TYPE type, CK_ULONG expected)
{
	assert_bytes(object, type, (struct bytes){(const uint8_t *)&expected, sizeof expected});
}

static void
assert_bool(const struct object_view *object, CK_ATTRIBUTE_TYPE type, bool expected)
{
	uint8_t flag = expected ? CK_TRUE : CK_FALSE;

	assert_bytes(object, type, (struct bytes){&flag, 1});
}

static void
assert_text(const struct object_view *object, CK_ATTRIBUTE_TYPE type, const char *expected)
{
	assert_bytes(object, type, (struct bytes){(const uint8_t *)expected, strlen(expected)});
}

static void
assert_refused(const struct object_view *object, CK_ATTRIBUTE_TYPE type, CK_RV expected)
{
	uint8_t room[2048];
	CK_ATTRIBUTE a = {type, room, sizeof room};

	memset(room, 0xee, sizeof room);
	if (object_get_attributes(object, &a, 1) != expected)
		fail_msg("attribute 0x%lx of kind %d is not refused", type, object->kind);
	assert_int_equal(a.ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(room[0], 0xee);
}

struct expected_bool {
	CK_ATTRIBUTE_TYPE type;
	bool value;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_bools(const struct object_view *object, const struct expected_bool *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_bool(object, rows[i].type, rows[i].value);
}

static void
assert_storage(const struct object_view *object, CK_OBJECT_CLASS class, bool private)
{
	assert_ulong(object, CKA_CLASS, class);
	assert_bool(object, CKA_TOKEN, true);
	assert_bool(object, CKA_PRIVATE, private);
	assert_bool(object, CKA_MODIFIABLE, false);
	assert_bool(object, CKA_COPYABLE, false);
	assert_bool(object, CKA_DESTROYABLE, false);
}

static void
assert_certificate(const struct object_view *object)
{
	uint8_t sha1[EVP_MAX_MD_SIZE];
	size_t len;

	assert_ulong(object, CKA_CERTIFICATE_TYPE, CKC_X_509);
	assert_bool(object, CKA_TRUSTED, false);
	assert_bytes(object, CKA_SUBJECT, made.subject);
	assert_bytes(object, CKA_ISSUER, made.issuer);
	assert_bytes(object, CKA_SERIAL_NUMBER, made.serial);
	assert_bytes(object, CKA_VALUE, made.der);
	assert_bytes(object, CKA_PUBLIC_KEY_INFO, made.key_info);
	assert_text(object, CKA_START_DATE, "20251027");
	assert_text(object, CKA_END_DATE, "20300217");
	assert_ulong(object, CKA_JAVA_MIDP_SECURITY_DOMAIN, 0);
	assert_text(object, CKA_URL, "");
	assert_true(EVP_Q_digest(NULL, "SHA1", NULL, made.der.data, made.der.len, sha1, &len));
	assert_bytes(object, CKA_CHECK_VALUE, (struct bytes){sha1, 3});
}

static void
certificates_have_every_attribute(void **state)
{
	struct object_view auth = view(OBJECT_CERTIFICATE, LAYOUT_AUTH);
	struct object_view sign = view(OBJECT_CERTIFICATE, LAYOUT_SIGN);

	(void)state;
	assert_storage(&auth, CKO_CERTIFICATE, false);
	assert_storage(&sign, CKO_CERTIFICATE, true);
	assert_certificate(&auth);
	assert_certificate(&sign);
	assert_ulong(&auth, CKA_CERTIFICATE_CATEGORY, 1);
	assert_ulong(&sign, CKA_CERTIFICATE_CATEGORY, 1);
}

static void
ca_certificates_have_every_attribute(void **state)
{
	struct object_view auth = view(OBJECT_CA_CERTIFICATE, LAYOUT_AUTH);
	struct object_view sign = view(OBJECT_CA_CERTIFICATE, LAYOUT_SIGN);

	(void)state;
	assert_storage(&auth, CKO_CERTIFICATE, false);
	assert_storage(&sign, CKO_CERTIFICATE, false);
	assert_certificate(&auth);
	assert_certificate(&sign);
	assert_ulong(&auth, CKA_CERTIFICATE_CATEGORY, 2);
	assert_ulong(&sign, CKA_CERTIFICATE_CATEGORY, 2);
}

static void
assert_key(const struct object_view *object)
{
	assert_ulong(object, CKA_KEY_TYPE, CKK_RSA);
	assert_bool(object, CKA_DERIVE, false);
	assert_bool(object, CKA_LOCAL, false);
	assert_ulong(object, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
	assert_text(object, CKA_START_DATE, "");
	assert_text(object, CKA_END_DATE, "");
	assert_bytes(object, CKA_SUBJECT, made.subject);
	assert_bytes(object, CKA_MODULUS, made.modulus);
	assert_bytes(object, CKA_PUBLIC_EXPONENT, made.exponent);
	assert_bytes(object, CKA_PUBLIC_KEY_INFO, made.key_info);
}

static void
public_keys_have_every_attribute(void **state)
{
	static const struct expected_bool bools[] = {
		{CKA_ENCRYPT, false}, {CKA_VERIFY, false},  {CKA_VERIFY_RECOVER, false},
		{CKA_WRAP, false},    {CKA_TRUSTED, false},
	};
	struct object_view auth = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);
	struct object_view sign = view(OBJECT_PUBLIC_KEY, LAYOUT_SIGN);

	(void)state;
	assert_storage(&auth, CKO_PUBLIC_KEY, false);
	assert_storage(&sign, CKO_PUBLIC_KEY, true);
	assert_key(&auth);
	assert_ulong(&auth, CKA_MODULUS_BITS, 2048);
	assert_bools(&auth, bools, COUNT(bools));
	assert_int_equal(made.modulus.len, 256);
	assert_int_equal(made.exponent.len, 3);
}

static void
private_keys_have_every_attribute(void **state)
{
	static const struct expected_bool bools[] = {
		{CKA_SENSITIVE, true},
		{CKA_ALWAYS_SENSITIVE, true},
		{CKA_EXTRACTABLE, false},
		{CKA_NEVER_EXTRACTABLE, true},
		{CKA_SIGN, true},
		{CKA_SIGN_RECOVER, false},
		{CKA_DECRYPT, false},
		{CKA_UNWRAP, false},
		{CKA_WRAP_WITH_TRUSTED, false},
		{CKA_ALWAYS_AUTHENTICATE, false},
	};
	struct object_view auth = view(OBJECT_PRIVATE_KEY, LAYOUT_AUTH);
	struct object_view sign = view(OBJECT_PRIVATE_KEY, LAYOUT_SIGN);

	(void)state;
	/* Private on both tokens, whatever the rest of the token is. */
	assert_storage(&auth, CKO_PRIVATE_KEY, true);
	assert_storage(&sign, CKO_PRIVATE_KEY, true);
	assert_key(&auth);
	assert_key(&sign);
	assert_bools(&auth, bools, COUNT(bools));
	sign.ask_pin_each_signature = true;
	assert_bool(&sign, CKA_ALWAYS_AUTHENTICATE, true);
}

static void
secret_parts_of_a_key_are_refused_as_sensitive(void **state)
{
	static const CK_ATTRIBUTE_TYPE parts[] = {CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
						  CKA_PRIME_2,		CKA_EXPONENT_1,
						  CKA_EXPONENT_2,	CKA_COEFFICIENT};
	struct object_view private = view(OBJECT_PRIVATE_KEY, LAYOUT_AUTH);
	struct object_view public = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		CK_ATTRIBUTE query = {parts[i], NULL, 0};
		CK_ATTRIBUTE empty = {parts[i], NULL, 0};

		assert_refused(&private, parts[i], CKR_ATTRIBUTE_SENSITIVE);
		assert_refused(&public, parts[i], CKR_ATTRIBUTE_TYPE_INVALID);
		assert_int_equal(object_get_attributes(&private, &query, 1),
				 CKR_ATTRIBUTE_SENSITIVE);
		assert_int_equal(query.ulValueLen, CK_UNAVAILABLE_INFORMATION);
		/* Nor can a search find anything out about them. */
		assert_int_equal(object_match(&private, &empty, 1), OBJECT_DIFFERS);
	}
}

static void
profile_promises_public_certificates(void **state)
{
	struct object_view profile = view(OBJECT_PROFILE, LAYOUT_AUTH);

	(void)state;
	profile.certificate = NULL;
	assert_ulong(&profile, CKA_CLASS, 9);
	assert_bool(&profile, CKA_TOKEN, true);
	assert_bool(&profile, CKA_PRIVATE, false);
	assert_ulong(&profile, 0x601, 4);
	assert_refused(&profile, CKA_LABEL, CKR_ATTRIBUTE_TYPE_INVALID);
	assert_refused(&profile, CKA_VALUE, CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
ids_and_labels_are_those_of_opensc(void **state)
{
	static const struct {
		enum object_kind kind;
		enum layout_key key;
		const char *label, *id;
	} rows[] = {
		{OBJECT_CERTIFICATE, LAYOUT_AUTH, "User Authentication Certificate", "\1"},
		{OBJECT_PUBLIC_KEY, LAYOUT_AUTH, "User Authentication Public Key", "\1"},
		{OBJECT_PRIVATE_KEY, LAYOUT_AUTH, "User Authentication Key", "\1"},
		{OBJECT_CA_CERTIFICATE, LAYOUT_AUTH, "User Authentication Certificate CA", "\3"},
		{OBJECT_CERTIFICATE, LAYOUT_SIGN, "Digital Signature Certificate", "\2"},
		{OBJECT_PUBLIC_KEY, LAYOUT_SIGN, "Digital Signature Public Key", "\2"},
		{OBJECT_PRIVATE_KEY, LAYOUT_SIGN, "Digital Signature Key", "\2"},
		{OBJECT_CA_CERTIFICATE, LAYOUT_SIGN, "Digital Signature Certificate CA", "\4"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct object_view object = view(rows[i].kind, rows[i].key);

		object.certificate = NULL;
		assert_text(&object, CKA_LABEL, rows[i].label);
		assert_text(&object, CKA_ID, rows[i].id);
	}
}

static void
allowed_mechanisms_name_pss_only_where_the_card_has_it(void **state)
{
	static const CK_MECHANISM_TYPE mechanisms[] = {
		CKM_RSA_PKCS,	     CKM_SHA1_RSA_PKCS,	      CKM_SHA224_RSA_PKCS,
		CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS,     CKM_SHA512_RSA_PKCS,
		CKM_RSA_PKCS_PSS,    CKM_SHA256_RSA_PKCS_PSS,
	};
	static const enum object_kind kinds[] = {OBJECT_PUBLIC_KEY, OBJECT_PRIVATE_KEY};
	const uint8_t *list = (const uint8_t *)mechanisms;

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct object_view object = view(kinds[i], LAYOUT_AUTH);

		assert_bytes(&object, CKA_ALLOWED_MECHANISMS,
			     (struct bytes){list, 6 * sizeof mechanisms[0]});
		object.pss = true;
		assert_bytes(&object, CKA_ALLOWED_MECHANISMS,
			     (struct bytes){list, sizeof mechanisms});
	}
}

static void
unknown_attributes_are_invalid_and_the_others_filled(void **state)
{
	/* Those of 3.x, OpenSC's and NSS's that programs ask for (0x4 is CKA_UNIQUE_ID). */
	static const CK_ATTRIBUTE_TYPE unknown[] = {
		0x4,	   0x61d,	 0xcf534301,	     0xce534352, 0xce5363b4,
		CKA_OWNER, CKA_EC_POINT, CKA_VENDOR_DEFINED, ~0UL};
	struct object_view object = view(OBJECT_PRIVATE_KEY, LAYOUT_AUTH);

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++) {
		CK_KEY_TYPE type = 99;
		uint8_t room[16], id = 0;
		CK_ATTRIBUTE template[] = {
			{CKA_KEY_TYPE, &type, sizeof type},
			{unknown[i], room, sizeof room},
			{CKA_ID, &id, 1},
			{CKA_MODULUS, NULL, 0},
		};

		assert_int_equal(object_get_attributes(&object, template, COUNT(template)),
				 CKR_ATTRIBUTE_TYPE_INVALID);
		assert_int_equal(template[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
		assert_int_equal(type, CKK_RSA);
		assert_int_equal(id, 1);
		assert_int_equal(template[3].ulValueLen, 256);
	}
	assert_refused(&object, CKA_TRUSTED, CKR_ATTRIBUTE_TYPE_INVALID);
	assert_refused(&object, CKA_VALUE, CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
small_buffers_are_refused_and_the_others_filled(void **state)
{
	struct object_view object = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);
	uint8_t modulus[257], exponent[3], wide[8];
	CK_ATTRIBUTE template[] = {
		{CKA_MODULUS, modulus, 255},
		{CKA_PUBLIC_EXPONENT, exponent, sizeof exponent},
		{CKA_TOKEN, wide, sizeof wide},
		{CKA_KEY_TYPE, wide, 0},
	};

	(void)state;
	memset(modulus, 0xee, sizeof modulus);
	assert_int_equal(object_get_attributes(&object, template, COUNT(template)),
			 CKR_BUFFER_TOO_SMALL);
	assert_int_equal(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(modulus[0], 0xee);
	assert_int_equal(template[1].ulValueLen, 3);
	assert_memory_equal(exponent, made.exponent.data, 3);
	assert_int_equal(template[2].ulValueLen, 1);
	assert_int_equal(template[3].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	/* Exactly enough is enough. */
	template[0].ulValueLen = 256;
	assert_int_equal(object_get_attributes(&object, template, 1), CKR_OK);
	assert_memory_equal(modulus, made.modulus.data, 256);
	assert_int_equal(modulus[256], 0xee);
}

static void
an_empty_template_is_answered_ok(void **state)
{
	struct object_view object = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);

	(void)state;
	assert_int_equal(object_get_attributes(&object, NULL, 0), CKR_OK);
	assert_false(object_needs_certificate(&object, NULL, 0));
}

static void
only_certificate_attributes_need_the_certificate(void **state)
{
	static const CK_ATTRIBUTE_TYPE in_certificate[] = {
		CKA_SUBJECT,	     CKA_ISSUER,      CKA_SERIAL_NUMBER, CKA_VALUE,
		CKA_PUBLIC_KEY_INFO, CKA_MODULUS,     CKA_START_DATE,	 CKA_END_DATE,
		CKA_PUBLIC_EXPONENT, CKA_CHECK_VALUE,
	};
	static const CK_ATTRIBUTE_TYPE elsewhere[] = {
		CKA_CLASS,   CKA_TOKEN,
		CKA_PRIVATE, CKA_LABEL,
		CKA_ID,	     CKA_KEY_TYPE,
		CKA_SIGN,    CKA_CERTIFICATE_TYPE,
		CKA_TRUSTED, CKA_MODULUS_BITS,
		CKA_PRIME_1, CKA_ALLOWED_MECHANISMS,
		CKA_URL,     0x4,
		0xce534352,  CKA_CERTIFICATE_CATEGORY,
	};
	CK_ATTRIBUTE all[COUNT(elsewhere)];

	(void)state;
	for (int kind = 0; kind < OBJECT_KINDS; kind++) {
		struct object_view object = view((enum object_kind)kind, LAYOUT_AUTH);

		for (size_t i = 0; i < COUNT(elsewhere); i++)
			all[i] = (CK_ATTRIBUTE){elsewhere[i], NULL, 0};
		assert_false(object_needs_certificate(&object, all, COUNT(all)));
		for (size_t i = 0; i < COUNT(in_certificate); i++) {
			CK_ATTRIBUTE a = {in_certificate[i], NULL, 0};
			CK_RV with, without;
			bool needs = object_needs_certificate(&object, &a, 1);

			object.certificate = &made.c;
			with = object_get_attributes(&object, &a, 1);
			object.certificate = NULL;
			without = object_get_attributes(&object, &a, 1);
			/* Needed where the certificate makes the difference, and only there. */
			assert_int_equal(needs, with == CKR_OK && without != CKR_OK);
			if (needs)
				assert_int_equal(without, CKR_ATTRIBUTE_TYPE_INVALID);
		}
	}
	all[COUNT(all) - 1] = (CK_ATTRIBUTE){CKA_VALUE, NULL, 0};
	assert_true(object_needs_certificate(&(struct object_view){.kind = OBJECT_CERTIFICATE}, all,
					     COUNT(all)));
}

/* Searches. */

#define ATTRIBUTE(type, value) {type, (void *)&(value), sizeof(value)}

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE, private_class = CKO_PRIVATE_KEY,
		       public_class = CKO_PUBLIC_KEY, profile_class = 9;
static uint8_t id_1 = 1, id_3 = 3;

static CK_ATTRIBUTE
from_bytes(CK_ATTRIBUTE_TYPE type, struct bytes value)
{
	return (CK_ATTRIBUTE){type, (void *)value.data, value.len};
}

static void
searches_that_clients_make_find_the_object(void **state)
{
	CK_ATTRIBUTE ssh[] = {ATTRIBUTE(CKA_CLASS, private_class), ATTRIBUTE(CKA_ID, id_1),
			      ATTRIBUTE(CKA_SIGN, yes)};
	CK_ATTRIBUTE java[] = {ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_CLASS, certificate_class),
			       from_bytes(CKA_SUBJECT, made.subject)};
	CK_ATTRIBUTE nss[] = {from_bytes(CKA_VALUE, made.der),
			      ATTRIBUTE(CKA_CLASS, certificate_class)};
	CK_ATTRIBUTE issuer[] = {from_bytes(CKA_ISSUER, made.issuer),
				 from_bytes(CKA_SERIAL_NUMBER, made.serial)};
	CK_ATTRIBUTE profile[] = {ATTRIBUTE(CKA_TOKEN, yes), ATTRIBUTE(CKA_CLASS, profile_class)};
	struct object_view private = view(OBJECT_PRIVATE_KEY, LAYOUT_AUTH);
	struct object_view public = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);
	struct object_view certificate = view(OBJECT_CERTIFICATE, LAYOUT_AUTH);
	struct object_view profile_object = view(OBJECT_PROFILE, LAYOUT_AUTH);

	(void)state;
	assert_int_equal(object_match(&private, ssh, COUNT(ssh)), OBJECT_MATCHES);
	assert_int_equal(object_match(&public, ssh, COUNT(ssh)), OBJECT_DIFFERS);
	assert_int_equal(object_match(&certificate, java, COUNT(java)), OBJECT_MATCHES);
	assert_int_equal(object_match(&certificate, nss, COUNT(nss)), OBJECT_MATCHES);
	assert_int_equal(object_match(&private, nss, COUNT(nss)), OBJECT_DIFFERS);
	assert_int_equal(object_match(&certificate, issuer, COUNT(issuer)), OBJECT_MATCHES);
	assert_int_equal(object_match(&profile_object, profile, COUNT(profile)), OBJECT_MATCHES);
	assert_int_equal(object_match(&certificate, profile, COUNT(profile)), OBJECT_DIFFERS);
	assert_int_equal(object_match(&certificate, NULL, 0), OBJECT_MATCHES);
}

static void
searches_for_other_classes_find_nothing(void **state)
{
	/* NSS_TRUST, NSS_CRL, NSS_BUILTIN_ROOT_LIST, secret keys, data. */
	static const CK_OBJECT_CLASS others[] = {0xce534353, 0xce534351, 0xce534354, CKO_SECRET_KEY,
						 CKO_DATA};

	(void)state;
	for (int kind = 0; kind < OBJECT_KINDS; kind++) {
		struct object_view object = view((enum object_kind)kind, LAYOUT_AUTH);

		for (size_t i = 0; i < COUNT(others); i++) {
			CK_ATTRIBUTE a = ATTRIBUTE(CKA_CLASS, others[i]);

			assert_int_equal(object_match(&object, &a, 1), OBJECT_DIFFERS);
		}
	}
}

static void
comparisons_are_exact_in_value_and_length(void **state)
{
	struct object_view object = view(OBJECT_CERTIFICATE, LAYOUT_AUTH);
	uint8_t shifted[300], number = (uint8_t)CKO_CERTIFICATE, longer_id[] = {1, 0};
	CK_ULONG wide_yes = CK_TRUE;
	uint8_t other_yes = 0xff;
	CK_ATTRIBUTE differing[] = {
		{CKA_CLASS, &number, 1},
		{CKA_CLASS, NULL, sizeof(CK_ULONG)},
		{CKA_CLASS, NULL, 0},
		{CKA_TOKEN, &wide_yes, sizeof wide_yes},
		{CKA_TOKEN, &other_yes, 1},
		{CKA_TOKEN, &no, 1},
		{CKA_TOKEN, &yes, 0},
		{CKA_TOKEN, NULL, CK_UNAVAILABLE_INFORMATION},
		{CKA_ID, longer_id, 2},
		{CKA_ID, &id_3, 1},
		{CKA_ID, NULL, 0},
		{CKA_LABEL, (void *)"User Authentication Certificate", 32},
		{CKA_LABEL, (void *)"User Authentication Certificate", 30},
		{CKA_LABEL, (void *)"user authentication certificate", 31},
		{CKA_SUBJECT, (void *)made.subject.data, made.subject.len - 1},
		{CKA_SUBJECT, shifted, made.subject.len},
		{CKA_SUBJECT, NULL, 0},
		/* Without tag and length, as some programs store it. */
		{CKA_SERIAL_NUMBER, (void *)(made.serial.data + 2), made.serial.len - 2},
		{CKA_MODULUS, (void *)made.modulus.data, made.modulus.len},
		{0x4, NULL, 0},
		{CKA_URL, &id_1, 1},
	};
	CK_ATTRIBUTE equal[] = {
		ATTRIBUTE(CKA_TOKEN, yes),
		ATTRIBUTE(CKA_PRIVATE, no),
		{CKA_LABEL, (void *)"User Authentication Certificate", 31},
		{CKA_URL, NULL, 0},
		{CKA_URL, &id_1, 0},
		{CKA_START_DATE, (void *)"20251027", 8},
	};

	(void)state;
	memcpy(shifted, made.subject.data, made.subject.len);
	shifted[made.subject.len - 1] ^= 1;
	for (size_t i = 0; i < COUNT(differing); i++) {
		if (object_match(&object, &differing[i], 1) != OBJECT_DIFFERS)
			fail_msg("row %zu matches", i);
	}
	for (size_t i = 0; i < COUNT(equal); i++) {
		if (object_match(&object, &equal[i], 1) != OBJECT_MATCHES)
			fail_msg("row %zu differs", i);
	}
}

static void
searches_are_decided_without_the_certificate_where_possible(void **state)
{
	struct object_view object = view(OBJECT_CERTIFICATE, LAYOUT_AUTH);
	CK_ATTRIBUTE subject = from_bytes(CKA_SUBJECT, made.subject);
	CK_ATTRIBUTE decided[] = {ATTRIBUTE(CKA_CLASS, certificate_class),
				  ATTRIBUTE(CKA_ID, id_1),
				  ATTRIBUTE(CKA_PRIVATE, no),
				  {CKA_LABEL, (void *)"User Authentication Certificate", 31}};
	CK_ATTRIBUTE open[] = {subject, ATTRIBUTE(CKA_CLASS, certificate_class)};
	/* In either order, the attribute that differs decides. */
	CK_ATTRIBUTE before[] = {ATTRIBUTE(CKA_CLASS, public_class), subject};
	CK_ATTRIBUTE after[] = {subject, ATTRIBUTE(CKA_CLASS, public_class)};

	(void)state;
	object.certificate = NULL;
	assert_int_equal(object_match(&object, decided, COUNT(decided)), OBJECT_MATCHES);
	assert_int_equal(object_match(&object, open, COUNT(open)), OBJECT_UNDECIDED);
	assert_int_equal(object_match(&object, before, COUNT(before)), OBJECT_DIFFERS);
	assert_int_equal(object_match(&object, after, COUNT(after)), OBJECT_DIFFERS);
	object.certificate = &made.c;
	assert_int_equal(object_match(&object, open, COUNT(open)), OBJECT_MATCHES);
}

static void
nothing_is_half_filled_without_the_certificate(void **state)
{
	struct object_view object = view(OBJECT_PUBLIC_KEY, LAYOUT_AUTH);
	CK_ULONG bits = 0;
	uint8_t modulus[256];
	CK_ATTRIBUTE template[] = {
		{CKA_MODULUS, modulus, sizeof modulus},
		ATTRIBUTE(CKA_MODULUS_BITS, bits),
	};

	(void)state;
	object.certificate = NULL;
	assert_int_equal(object_get_attributes(&object, template, COUNT(template)),
			 CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(bits, 2048);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_have_every_attribute),
		cmocka_unit_test(ca_certificates_have_every_attribute),
		cmocka_unit_test(public_keys_have_every_attribute),
		cmocka_unit_test(private_keys_have_every_attribute),
		cmocka_unit_test(secret_parts_of_a_key_are_refused_as_sensitive),
		cmocka_unit_test(profile_promises_public_certificates),
		cmocka_unit_test(ids_and_labels_are_those_of_opensc),
		cmocka_unit_test(allowed_mechanisms_name_pss_only_where_the_card_has_it),
		cmocka_unit_test(unknown_attributes_are_invalid_and_the_others_filled),
		cmocka_unit_test(small_buffers_are_refused_and_the_others_filled),
		cmocka_unit_test(an_empty_template_is_answered_ok),
		cmocka_unit_test(only_certificate_attributes_need_the_certificate),
		cmocka_unit_test(searches_that_clients_make_find_the_object),
		cmocka_unit_test(searches_for_other_classes_find_nothing),
		cmocka_unit_test(comparisons_are_exact_in_value_and_length),
		cmocka_unit_test(searches_are_decided_without_the_certificate_where_possible),
		cmocka_unit_test(nothing_is_half_filled_without_the_certificate),
	};

	return cmocka_run_group_tests_name("object", tests, set_up, tear_down);
}
