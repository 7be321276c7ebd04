/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/case.h"

/*
 * Objects and attributes: which can be seen when, what they say, and what finds them. The truth
 * is the certificate that the simulator says it put on the card, read by OpenSSL.
 */

#define NSS_TRUST 0xce534353UL
#define NSS_CRL 0xce534352UL
#define NSS_BUILTIN_ROOT_LIST 0xce534354UL

static CK_SESSION_HANDLE session;

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

/* A session on a token, logged in or not. */
static void
enter(CK_SLOT_ID slot, bool login)
{
	session = p11_open(f, slot);
	if (login)
		assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
}

static CK_ULONG
find(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE found[16])
{
	return p11_search(f, session, template, count, found);
}

static CK_ULONG
count_class(CK_OBJECT_CLASS class)
{
	return p11_find(f, session, class, NULL);
}

static CK_OBJECT_HANDLE
find_id(CK_OBJECT_CLASS class, CK_BYTE id)
{
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, &id, 1}};
	CK_OBJECT_HANDLE found[16];

	assert_int_equal(find(template, 2, found), 1);
	return found[0];
}

static void
assert_value(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	CK_ULONG got = 0;
	uint8_t *have = p11_get(f, session, object, type, &got);

	if (!have || got != len || (len > 0 && memcmp(have, value, len) != 0))
		fail_msg("attribute 0x%lx is not what it should be", type);
	free(have);
}

static void
assert_bool(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	assert_value(object, type, &value, sizeof value);
}

static void
assert_ulong(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	assert_value(object, type, &value, sizeof value);
}

static void
assert_text(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const char *text)
{
	assert_value(object, type, text, strlen(text));
}

/* What OpenSSL encodes, compared and freed. */
static void
assert_der(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, uint8_t *der, int len)
{
	assert_true(len > 0);
	assert_value(object, type, der, (size_t)len);
	OPENSSL_free(der);
}

static void
assert_date(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const ASN1_TIME *time)
{
	char date[9];
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
	assert_int_equal(strftime(date, sizeof date, "%Y%m%d", &tm), 8);
	assert_text(object, type, date);
}

static void
assert_flags(CK_OBJECT_HANDLE object, const CK_ATTRIBUTE_TYPE *types, size_t count, CK_BBOOL value)
{
	for (size_t i = 0; i < count; i++)
		assert_bool(object, types[i], value);
}

#define FLAGS(object, value, ...)                                                                  \
	do {                                                                                       \
		static const CK_ATTRIBUTE_TYPE flag_types[] = {__VA_ARGS__};                       \
		assert_flags(object, flag_types, sizeof flag_types / sizeof flag_types[0], value); \
	} while (0)

static void
check_storage(CK_OBJECT_HANDLE object, CK_OBJECT_CLASS class, CK_BBOOL is_private, CK_BYTE id,
	      const char *label)
{
	assert_ulong(object, CKA_CLASS, class);
	assert_bool(object, CKA_PRIVATE, is_private);
	assert_value(object, CKA_ID, &id, 1);
	assert_text(object, CKA_LABEL, label);
	FLAGS(object, CK_TRUE, CKA_TOKEN);
	FLAGS(object, CK_FALSE, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE);
}

static void
check_names(CK_OBJECT_HANDLE object, const X509 *x)
{
	uint8_t *der = NULL;
	int len = i2d_X509_NAME(X509_get_subject_name(x), &der);

	assert_der(object, CKA_SUBJECT, der, len);
	der = NULL;
	len = i2d_X509_NAME(X509_get_issuer_name(x), &der);
	assert_der(object, CKA_ISSUER, der, len);
	der = NULL;
	len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &der);
	assert_der(object, CKA_SERIAL_NUMBER, der, len);
}

static void
check_certificate(CK_OBJECT_HANDLE object, X509 *x, CK_ULONG category)
{
	uint8_t *der = NULL, hash[SHA_DIGEST_LENGTH];
	int len = i2d_X509(x, &der);

	assert_true(len > 0);
	(void)SHA1(der, (size_t)len, hash);
	assert_der(object, CKA_VALUE, der, len);
	assert_value(object, CKA_CHECK_VALUE, hash, 3);
	assert_ulong(object, CKA_CERTIFICATE_TYPE, CKC_X_509);
	assert_ulong(object, CKA_CERTIFICATE_CATEGORY, category);
	assert_bool(object, CKA_TRUSTED, CK_FALSE);
	assert_ulong(object, CKA_JAVA_MIDP_SECURITY_DOMAIN, 0);
	assert_text(object, CKA_URL, "");
	assert_date(object, CKA_START_DATE, X509_get0_notBefore(x));
	assert_date(object, CKA_END_DATE, X509_get0_notAfter(x));
	check_names(object, x);
	der = NULL;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	assert_der(object, CKA_PUBLIC_KEY_INFO, der, len);
}

/* What both halves of a key pair say, by the certificate. */
static void
check_key(CK_OBJECT_HANDLE object, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	uint8_t modulus[256], *der = NULL;
	BIGNUM *n = NULL;
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, "n", &n), 1);
	assert_int_equal(BN_bn2bin(n, modulus), 256);
	assert_true(modulus[0] != 0);
	assert_value(object, CKA_MODULUS, modulus, 256);
	BN_free(n);
	assert_value(object, CKA_PUBLIC_EXPONENT, "\x01\x00\x01", 3);
	assert_ulong(object, CKA_KEY_TYPE, CKK_RSA);
	assert_ulong(object, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
	FLAGS(object, CK_FALSE, CKA_DERIVE, CKA_LOCAL);
	len = i2d_X509_NAME(X509_get_subject_name(x), &der);
	assert_der(object, CKA_SUBJECT, der, len);
}

/* The token's mechanisms that sign; it hashes too, but with no key. */
static CK_ULONG
list_signing_mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE list[16])
{
	CK_MECHANISM_INFO info;
	CK_ULONG all = 16, count = 0;

	assert_int_equal(f->C_GetMechanismList(slot, list, &all), CKR_OK);
	for (CK_ULONG i = 0; i < all; i++) {
		assert_int_equal(f->C_GetMechanismInfo(slot, list[i], &info), CKR_OK);
		if (info.flags & CKF_SIGN)
			list[count++] = list[i];
	}
	return count;
}

static void
check_mechanisms(CK_OBJECT_HANDLE object, CK_SLOT_ID slot)
{
	CK_MECHANISM_TYPE list[16];
	CK_ULONG count = list_signing_mechanisms(slot, list);

	assert_value(object, CKA_ALLOWED_MECHANISMS, list, count * sizeof list[0]);
}

static void
check_public_key(CK_OBJECT_HANDLE object, X509 *x)
{
	check_key(object, x);
	assert_ulong(object, CKA_MODULUS_BITS, 2048);
	FLAGS(object, CK_FALSE, CKA_ENCRYPT, CKA_WRAP, CKA_VERIFY, CKA_VERIFY_RECOVER, CKA_TRUSTED);
}

static void
check_private_key(CK_OBJECT_HANDLE object, X509 *x)
{
	check_key(object, x);
	FLAGS(object, CK_TRUE, CKA_SENSITIVE, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE,
	      CKA_SIGN);
	FLAGS(object, CK_FALSE, CKA_EXTRACTABLE, CKA_SIGN_RECOVER, CKA_DECRYPT, CKA_UNWRAP,
	      CKA_WRAP_WITH_TRUSTED, CKA_ALWAYS_AUTHENTICATE);
}

/* The sheet of clients.md section 5 for the three objects of one key. */
static void
check_sheet(CK_SLOT_ID slot, const char *label, CK_BBOOL is_private)
{
	const CK_BYTE id = (CK_BYTE)(slot + 1);
	X509 *x = harness_certificate("adult", names[slot]);
	CK_OBJECT_HANDLE object;
	char text[64];

	enter(slot, true);
	object = find_id(CKO_CERTIFICATE, id);
	(void)snprintf(text, sizeof text, "%s Certificate", label);
	check_storage(object, CKO_CERTIFICATE, is_private, id, text);
	check_certificate(object, x, CK_CERTIFICATE_CATEGORY_TOKEN_USER);
	object = find_id(CKO_PUBLIC_KEY, id);
	(void)snprintf(text, sizeof text, "%s Public Key", label);
	check_storage(object, CKO_PUBLIC_KEY, is_private, id, text);
	check_public_key(object, x);
	check_mechanisms(object, slot);
	object = find_id(CKO_PRIVATE_KEY, id);
	(void)snprintf(text, sizeof text, "%s Key", label);
	check_storage(object, CKO_PRIVATE_KEY, CK_TRUE, id, text);
	check_private_key(object, x);
	check_mechanisms(object, slot);
	X509_free(x);
}

static void
every_attribute_of_the_authentication_objects_is_right(void **state)
{
	(void)state;
	check_sheet(SLOT_AUTH, "User Authentication", CK_FALSE);
}

static void
every_attribute_of_the_signature_objects_is_right(void **state)
{
	(void)state;
	check_sheet(SLOT_SIGN, "Digital Signature", CK_TRUE);
}

static X509 *
read_certificate(CK_OBJECT_HANDLE object)
{
	CK_ULONG len = 0;
	uint8_t *der = p11_get(f, session, object, CKA_VALUE, &len);
	const uint8_t *p = der;
	X509 *x = d2i_X509(NULL, &p, (long)len);

	assert_non_null(x);
	assert_true(p == der + len);
	free(der);
	return x;
}

/* The authority has signed the holder's certificate: OpenSSL says so. */
static void
check_authority(CK_SLOT_ID slot, const char *label)
{
	const CK_BYTE id = (CK_BYTE)(slot + 3);
	X509 *x = harness_certificate("adult", names[slot]), *ca;
	CK_OBJECT_HANDLE object;

	enter(slot, false);
	object = find_id(CKO_CERTIFICATE, id);
	check_storage(object, CKO_CERTIFICATE, CK_FALSE, id, label);
	ca = read_certificate(object);
	check_certificate(object, ca, CK_CERTIFICATE_CATEGORY_AUTHORITY);
	assert_int_equal(X509_verify(x, X509_get0_pubkey(ca)), 1);
	X509_free(ca);
	X509_free(x);
}

static void
the_authorities_are_there_with_ids_of_their_own(void **state)
{
	(void)state;
	check_authority(SLOT_AUTH, "User Authentication Certificate CA");
	check_authority(SLOT_SIGN, "Digital Signature Certificate CA");
}

static void
the_authentication_token_promises_public_certificates_and_the_other_does_not(void **state)
{
	CK_OBJECT_CLASS class = CKO_PROFILE;
	CK_ATTRIBUTE template[] = {{CKA_TOKEN, &yes, sizeof yes},
				   {CKA_CLASS, &class, sizeof class}};
	CK_OBJECT_HANDLE found[16];

	(void)state;
	enter(SLOT_AUTH, false);
	assert_int_equal(find(template, 2, found), 1);
	assert_ulong(found[0], CKA_CLASS, CKO_PROFILE);
	assert_ulong(found[0], CKA_PROFILE_ID, CKP_PUBLIC_CERTIFICATES_TOKEN);
	FLAGS(found[0], CK_TRUE, CKA_TOKEN);
	FLAGS(found[0], CK_FALSE, CKA_PRIVATE);
	enter(SLOT_SIGN, true);
	assert_int_equal(find(template, 2, found), 0);
}

static void
assert_seen(CK_ULONG certificates, CK_ULONG public_keys, CK_ULONG private_keys)
{
	assert_int_equal(count_class(CKO_CERTIFICATE), certificates);
	assert_int_equal(count_class(CKO_PUBLIC_KEY), public_keys);
	assert_int_equal(count_class(CKO_PRIVATE_KEY), private_keys);
}

static void
only_the_private_key_of_the_authentication_token_waits_for_the_pin(void **state)
{
	(void)state;
	enter(SLOT_AUTH, false);
	assert_seen(2, 1, 0);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_seen(2, 1, 1);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_seen(2, 1, 0);
}

static void
the_signature_objects_come_with_login_and_go_with_logout(void **state)
{
	(void)state;
	enter(SLOT_SIGN, false);
	assert_seen(1, 0, 0);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	assert_seen(2, 1, 1);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_seen(1, 0, 0);
	assert_int_equal(f->C_Logout(session), CKR_USER_NOT_LOGGED_IN);
}

static void
closing_the_last_session_hides_them_too(void **state)
{
	CK_SESSION_HANDLE second;

	(void)state;
	enter(SLOT_SIGN, true);
	second = p11_open(f, SLOT_SIGN);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	session = second;
	assert_seen(2, 1, 1); /* a session is still open */
	assert_int_equal(f->C_CloseSession(second), CKR_OK);
	enter(SLOT_SIGN, false);
	assert_seen(1, 0, 0);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	assert_int_equal(f->C_CloseAllSessions(SLOT_SIGN), CKR_OK);
	enter(SLOT_SIGN, false);
	assert_seen(1, 0, 0);
}

static void
old_handles_do_not_come_back_to_life(void **state)
{
	CK_ATTRIBUTE label = {CKA_LABEL, NULL, 0};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE certificate, key, authority;

	(void)state;
	enter(SLOT_SIGN, true);
	certificate = find_id(CKO_CERTIFICATE, 2);
	key = find_id(CKO_PRIVATE_KEY, 2);
	authority = find_id(CKO_CERTIFICATE, 4);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(f->C_GetAttributeValue(session, certificate, &label, 1),
				 CKR_OBJECT_HANDLE_INVALID);
		assert_int_equal(f->C_GetAttributeValue(session, key, &label, 1),
				 CKR_OBJECT_HANDLE_INVALID);
		assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_KEY_HANDLE_INVALID);
		assert_int_equal(f->C_GetAttributeValue(session, authority, &label, 1), CKR_OK);
		if (i == 0) /* nor do they after another login */
			assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	}
}

static void
handles_of_one_token_are_nothing_to_the_other(void **state)
{
	CK_ATTRIBUTE label = {CKA_LABEL, NULL, 0};
	CK_OBJECT_HANDLE key;

	(void)state;
	enter(SLOT_AUTH, true);
	key = find_id(CKO_PRIVATE_KEY, 1);
	enter(SLOT_SIGN, true);
	assert_int_equal(f->C_GetAttributeValue(session, key, &label, 1),
			 CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(f->C_GetAttributeValue(session, CK_INVALID_HANDLE, &label, 1),
			 CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(f->C_GetAttributeValue(session, ~0UL, &label, 1),
			 CKR_OBJECT_HANDLE_INVALID);
}

static void
a_swapped_card_has_objects_of_its_own(void **state)
{
	CK_ATTRIBUTE label = {CKA_LABEL, NULL, 0};
	CK_OBJECT_HANDLE certificate;
	X509 *x;

	(void)state;
	enter(SLOT_AUTH, false);
	certificate = find_id(CKO_CERTIFICATE, 1);
	harness_card("alias");
	enter(SLOT_AUTH, false);
	assert_int_equal(f->C_GetAttributeValue(session, certificate, &label, 1),
			 CKR_OBJECT_HANDLE_INVALID);
	x = harness_certificate("alias", "auth");
	check_certificate(find_id(CKO_CERTIFICATE, 1), x, CK_CERTIFICATE_CATEGORY_TOKEN_USER);
	X509_free(x);
}

/* Expects exactly one object, the certificate with this id. */
static void
assert_finds_certificate(CK_ATTRIBUTE *template, CK_ULONG count, CK_BYTE id)
{
	CK_OBJECT_HANDLE found[16];

	assert_int_equal(find(template, count, found), 1);
	assert_int_equal(found[0], find_id(CKO_CERTIFICATE, id));
}

static CK_ATTRIBUTE
attribute_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE a = {type, NULL, 0};

	a.pValue = p11_get(f, session, object, type, &a.ulValueLen);
	assert_non_null(a.pValue);
	return a;
}

/* The searches of NSS and Java (clients.md section 3), which bring the certificate's own bytes. */
static void
check_byte_exact_searches(CK_SLOT_ID slot)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE is_certificate = {CKA_CLASS, &class, sizeof class};
	CK_ATTRIBUTE on_token = {CKA_TOKEN, &yes, sizeof yes}, value, subject, issuer, serial,
		     authority;
	CK_OBJECT_HANDLE certificate, found[16];

	enter(slot, true);
	certificate = find_id(CKO_CERTIFICATE, (CK_BYTE)(slot + 1));
	value = attribute_of(certificate, CKA_VALUE);
	subject = attribute_of(certificate, CKA_SUBJECT);
	issuer = attribute_of(certificate, CKA_ISSUER);
	serial = attribute_of(certificate, CKA_SERIAL_NUMBER);
	assert_finds_certificate((CK_ATTRIBUTE[]){value, is_certificate}, 2, (CK_BYTE)(slot + 1));
	assert_finds_certificate((CK_ATTRIBUTE[]){on_token, is_certificate, subject}, 3,
				 (CK_BYTE)(slot + 1));
	assert_finds_certificate((CK_ATTRIBUTE[]){issuer, serial}, 2, (CK_BYTE)(slot + 1));
	/* Java's chain: the certificate whose subject is this one's issuer. */
	authority = (CK_ATTRIBUTE){CKA_SUBJECT, issuer.pValue, issuer.ulValueLen};
	assert_finds_certificate((CK_ATTRIBUTE[]){on_token, is_certificate, authority}, 3,
				 (CK_BYTE)(slot + 3));
	/* One bit off, or one byte short, is another certificate. */
	((uint8_t *)value.pValue)[value.ulValueLen - 1] ^= 1;
	assert_int_equal(find((CK_ATTRIBUTE[]){value, is_certificate}, 2, found), 0);
	((uint8_t *)value.pValue)[value.ulValueLen - 1] ^= 1;
	value.ulValueLen--;
	assert_int_equal(find((CK_ATTRIBUTE[]){value, is_certificate}, 2, found), 0);
	serial.ulValueLen--;
	assert_int_equal(find((CK_ATTRIBUTE[]){issuer, serial}, 2, found), 0);
	free(value.pValue);
	free(subject.pValue);
	free(issuer.pValue);
	free(serial.pValue);
}

static void
searches_by_the_certificates_own_bytes_are_exact(void **state)
{
	(void)state;
	check_byte_exact_searches(SLOT_AUTH);
	check_byte_exact_searches(SLOT_SIGN);
}

static void
ssh_finds_the_key_by_id_and_use(void **state)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_BYTE id = 1;
	CK_ATTRIBUTE template[] = {
		{CKA_CLASS, &class, sizeof class}, {CKA_ID, &id, 1}, {CKA_SIGN, &yes, sizeof yes}};
	CK_OBJECT_HANDLE found[16];

	(void)state;
	enter(SLOT_AUTH, true);
	assert_int_equal(find(template, 3, found), 1);
	template[2].pValue = &no;
	assert_int_equal(find(template, 3, found), 0);
	id = 2;
	assert_int_equal(find(template, 2, found), 0);
}

/*
 * Whatever the card calls itself: that its certificate takes the PIN is what it answers to the
 * question (card fact 7). `shown`: after a look at the token, as most programs have.
 */
static void
look_at_a_private_certificate(bool shown)
{
	CK_ATTRIBUTE is_private = {CKA_PRIVATE, &yes, sizeof yes};
	CK_OBJECT_HANDLE found[16];
	struct jpki_slot_status status;
	CK_BYTE *value;
	CK_ULONG len;

	p11_start(f);
	if (shown)
		(void)p11_token_flags(f, SLOT_AUTH);
	enter(SLOT_AUTH, false);
	assert_seen(1, 0, 0); /* the authority's */
	assert_int_equal(count_class(CKO_PROFILE), 0);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_seen(2, 1, 1);
	assert_int_equal(find(&is_private, 1, found), 3);
	value = p11_get(f, session, find_id(CKO_CERTIFICATE, 1), CKA_VALUE, &len);
	assert_non_null(value);
	free(value);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_seen(1, 0, 0);
	p11_slot_status("jpki-pkcs11", SLOT_AUTH, &status);
	assert_int_equal(status.card, JPKI_CARD_MYNUMBER);
	assert_int_equal(status.reason, JPKI_REASON_NONE);
	assert_int_equal(harness_tries("auth"), 3);
	p11_stop(f);
}

static void
a_log_in_certificate_that_takes_the_pin_comes_and_goes_with_the_login(void **state)
{
	(void)state;
	p11_stop(f);
	harness_sim("set", "adult", "auth-certificate", "pin-needed", NULL);
	harness_card("adult");
	look_at_a_private_certificate(false);
	look_at_a_private_certificate(true);
	harness_sim("set", "adult", "ef-0008", "missing", NULL);
	harness_card("adult");
	look_at_a_private_certificate(false);
	look_at_a_private_certificate(true);
	harness_sim("set", "adult", "ef-0008", "present", NULL);
	harness_sim("set", "adult", "auth-certificate", "free", NULL);
	p11_start(f);
}

static void
objects_are_found_by_label_and_privacy(void **state)
{
	char label[] = "User Authentication Public Key";
	CK_ATTRIBUTE by_label = {CKA_LABEL, label, sizeof label - 1};
	CK_ATTRIBUTE is_private = {CKA_PRIVATE, &yes, sizeof yes};
	CK_OBJECT_HANDLE found[16];

	(void)state;
	enter(SLOT_AUTH, false);
	assert_int_equal(find(&by_label, 1, found), 1);
	assert_int_equal(found[0], find_id(CKO_PUBLIC_KEY, 1));
	by_label.ulValueLen--; /* nor anything shorter or longer */
	assert_int_equal(find(&by_label, 1, found), 0);
	by_label.ulValueLen += 2;
	assert_int_equal(find(&by_label, 1, found), 0);
	assert_int_equal(find(&is_private, 1, found), 0);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(find(&is_private, 1, found), 1);
	assert_int_equal(found[0], find_id(CKO_PRIVATE_KEY, 1));
}

static void
what_other_programs_look_for_is_not_found_and_no_error(void **state)
{
	static const CK_OBJECT_CLASS classes[] = {
		NSS_TRUST,	NSS_CRL,  NSS_BUILTIN_ROOT_LIST,
		CKO_SECRET_KEY, CKO_DATA, CKO_VENDOR_DEFINED | 1,
	};
	CK_ATTRIBUTE unknown = {0xce5363b4UL, &yes, sizeof yes};
	CK_ATTRIBUTE empty = {CKA_LABEL, NULL, 5};
	CK_OBJECT_HANDLE found[16];

	(void)state;
	enter(SLOT_AUTH, true);
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		assert_int_equal(count_class(classes[i]), 0);
	assert_int_equal(find(&unknown, 1, found), 0);
	assert_int_equal(find(&empty, 1, found), 0);
}

/* Or a program could ask for the parts of a key byte by byte. */
static void
nothing_secret_can_be_searched_for(void **state)
{
	CK_ATTRIBUTE empty = {CKA_PRIVATE_EXPONENT, NULL, 0};
	CK_OBJECT_HANDLE found[16];

	(void)state;
	enter(SLOT_AUTH, true);
	assert_int_equal(find(&empty, 1, found), 0);
}

static void
searches_by_class_id_label_and_privacy_cost_nothing(void **state)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	char label[] = "User Authentication Certificate";
	CK_BYTE id = 1;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class},
				   {CKA_ID, &id, 1},
				   {CKA_LABEL, label, sizeof label - 1},
				   {CKA_PRIVATE, &no, sizeof no},
				   {CKA_TOKEN, &yes, sizeof yes}};
	CK_OBJECT_HANDLE found[16];
	unsigned long before;

	(void)state;
	enter(SLOT_AUTH, false);
	before = harness_exchanges();
	for (CK_ULONG n = 0; n <= 5; n++)
		(void)find(template, n, found);
	assert_int_equal(find(template, 5, found), 1);
	assert_text(found[0], CKA_LABEL, label);
	assert_int_equal(count_class(CKO_PRIVATE_KEY), 0);
	assert_int_equal(count_class(NSS_TRUST), 0);
	assert_int_equal(harness_exchanges(), before);
}

static void
a_certificate_is_read_from_the_card_once(void **state)
{
	CK_OBJECT_HANDLE certificate;
	unsigned long before, read;

	(void)state;
	enter(SLOT_AUTH, false);
	certificate = find_id(CKO_CERTIFICATE, 1);
	before = harness_exchanges();
	free(attribute_of(certificate, CKA_VALUE).pValue);
	read = harness_exchanges();
	assert_true(read > before);
	free(attribute_of(certificate, CKA_VALUE).pValue);
	free(attribute_of(find_id(CKO_PUBLIC_KEY, 1), CKA_MODULUS).pValue);
	assert_int_equal(harness_exchanges(), read);
}

static void
a_search_is_handed_out_in_pieces(void **state)
{
	CK_OBJECT_HANDLE found[16];
	CK_ULONG count;

	(void)state;
	enter(SLOT_AUTH, true);
	assert_int_equal(f->C_FindObjects(session, found, 1, &count),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OPERATION_ACTIVE);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(f->C_FindObjects(session, &found[i], 1, &count), CKR_OK);
		assert_int_equal(count, 1);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(found[i], found[k]);
	}
	assert_int_equal(f->C_FindObjects(session, found, 16, &count), CKR_OK);
	assert_int_equal(count, 0);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
	assert_int_equal(f->C_FindObjectsInit(session, NULL, 1), CKR_ARGUMENTS_BAD);
}

static void
unknown_attributes_are_told_and_the_others_filled(void **state)
{
	static const CK_ATTRIBUTE_TYPE unknown[] = {0x4,	  0x61d,       0xcf534301UL,
						    0xce534352UL, CKA_TRUSTED, CKA_VALUE};
	CK_ULONG type = 0;
	char label[64];
	CK_OBJECT_HANDLE key;

	(void)state;
	enter(SLOT_AUTH, true);
	key = find_id(CKO_PRIVATE_KEY, 1);
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		CK_ATTRIBUTE template[] = {{CKA_KEY_TYPE, &type, sizeof type},
					   {unknown[i], label, sizeof label},
					   {CKA_LABEL, label, sizeof label}};

		type = ~0UL;
		assert_int_equal(f->C_GetAttributeValue(session, key, template, 3),
				 CKR_ATTRIBUTE_TYPE_INVALID);
		assert_int_equal(template[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
		assert_int_equal(type, CKK_RSA);
		assert_int_equal(template[2].ulValueLen, strlen("User Authentication Key"));
		assert_memory_equal(label, "User Authentication Key", template[2].ulValueLen);
	}
}

static void
a_buffer_that_is_too_small_is_told_and_left_alone(void **state)
{
	char label[64] = "untouched";
	CK_ULONG type = 0;
	CK_ATTRIBUTE template[] = {{CKA_LABEL, label, 4},
				   {CKA_CERTIFICATE_TYPE, &type, sizeof type},
				   {CKA_VALUE, NULL, 0}};

	(void)state;
	type = ~0UL;
	enter(SLOT_AUTH, false);
	assert_int_equal(f->C_GetAttributeValue(session, find_id(CKO_CERTIFICATE, 1), template, 3),
			 CKR_BUFFER_TOO_SMALL);
	assert_int_equal(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_string_equal(label, "untouched");
	assert_int_equal(type, CKC_X_509);
	assert_true(template[2].ulValueLen > 1000);
	assert_int_equal(f->C_GetAttributeValue(session, find_id(CKO_CERTIFICATE, 1), NULL, 1),
			 CKR_ARGUMENTS_BAD);
}

static void
the_key_itself_is_never_handed_out(void **state)
{
	static const CK_ATTRIBUTE_TYPE secret[] = {
		CKA_PRIVATE_EXPONENT, CKA_PRIME_1,    CKA_PRIME_2,
		CKA_EXPONENT_1,	      CKA_EXPONENT_2, CKA_COEFFICIENT,
	};
	uint8_t room[256];
	CK_ATTRIBUTE a;

	(void)state;
	enter(SLOT_SIGN, true);
	for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
		a = (CK_ATTRIBUTE){secret[i], room, sizeof room};
		assert_int_equal(
			f->C_GetAttributeValue(session, find_id(CKO_PRIVATE_KEY, 2), &a, 1),
			CKR_ATTRIBUTE_SENSITIVE);
		assert_int_equal(a.ulValueLen, CK_UNAVAILABLE_INFORMATION);
	}
}

static void
authorities_can_be_hidden(void **state)
{
	(void)state;
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	harness_setting("hide-ca-certificates", "yes");
	p11_start(f);
	enter(SLOT_AUTH, false);
	assert_seen(1, 1, 0);
	enter(SLOT_SIGN, false);
	assert_seen(0, 0, 0);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	assert_seen(1, 1, 1);
}

/* Filler of another kind, or a file that ends earlier, must not change a byte. */
static void
certificates_are_cut_by_their_own_length(void **state)
{
	static const char *const switches[][3] = {{"filler", "00", "FF"},
						  {"read-past-end", "6282", "9000"},
						  {"short-ids", "off", "on"},
						  {"first-command", "6F00", "works"}};
	X509 *x = harness_certificate("adult", "auth");

	(void)state;
	for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
		harness_sim("set", "adult", switches[i][0], switches[i][1], NULL);
		harness_card("adult");
		enter(SLOT_AUTH, false);
		check_certificate(find_id(CKO_CERTIFICATE, 1), x,
				  CK_CERTIFICATE_CATEGORY_TOKEN_USER);
		harness_sim("set", "adult", switches[i][0], switches[i][2], NULL);
	}
	X509_free(x);
}

/* The card makes PSS signatures; nobody has asked for the token's list of mechanisms. */
static void
the_mechanisms_of_a_key_do_not_wait_for_the_list(void **state)
{
	CK_MECHANISM_TYPE list[16];
	CK_ULONG count, len = 0;
	CK_OBJECT_HANDLE key;
	uint8_t *value;

	(void)state;
	enter(SLOT_AUTH, true);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	value = p11_get(f, session, key, CKA_ALLOWED_MECHANISMS, &len);
	assert_non_null(value);
	count = list_signing_mechanisms(SLOT_AUTH, list);
	assert_int_equal(len, count * sizeof list[0]);
	assert_memory_equal(value, list, len);
	assert_int_equal(list[count - 1], CKM_SHA256_RSA_PKCS_PSS);
	free(value);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(every_attribute_of_the_authentication_objects_is_right),
		CASE(every_attribute_of_the_signature_objects_is_right),
		CASE(the_authorities_are_there_with_ids_of_their_own),
		CASE(the_authentication_token_promises_public_certificates_and_the_other_does_not),
		CASE(only_the_private_key_of_the_authentication_token_waits_for_the_pin),
		CASE(the_signature_objects_come_with_login_and_go_with_logout),
		CASE(closing_the_last_session_hides_them_too),
		CASE(old_handles_do_not_come_back_to_life),
		CASE(handles_of_one_token_are_nothing_to_the_other),
		CASE(a_swapped_card_has_objects_of_its_own),
		CASE(searches_by_the_certificates_own_bytes_are_exact),
		CASE(ssh_finds_the_key_by_id_and_use),
		CASE(a_log_in_certificate_that_takes_the_pin_comes_and_goes_with_the_login),
		CASE(objects_are_found_by_label_and_privacy),
		CASE(what_other_programs_look_for_is_not_found_and_no_error),
		CASE(nothing_secret_can_be_searched_for),
		CASE(searches_by_class_id_label_and_privacy_cost_nothing),
		CASE(a_certificate_is_read_from_the_card_once),
		CASE(a_search_is_handed_out_in_pieces),
		CASE(unknown_attributes_are_told_and_the_others_filled),
		CASE(a_buffer_that_is_too_small_is_told_and_left_alone),
		CASE(the_key_itself_is_never_handed_out),
		CASE(authorities_can_be_hidden),
		CASE(the_mechanisms_of_a_key_do_not_wait_for_the_list),
		CASE(certificates_are_cut_by_their_own_length),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
