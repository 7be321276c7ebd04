/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/certificate.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/made-certificate.h"

/*
 * Written from RFC 5280, X.690 and card facts 2.2 and 6. What the fields hold is asked of OpenSSL,
 * which made the certificates.
 */

#define FILE_SIZE 3808
/* The bytes of a string literal, as an initializer and as a value. */
#define TEXT(s) {(const uint8_t *)(s), sizeof(s) - 1}
#define BYTES(s) ((struct bytes)TEXT(s))
#define NONE ((struct bytes){NULL, 0})

static enum result
parse(struct certificate *c, struct bytes file)
{
	const char *why = "unset";
	enum result r = certificate_parse(c, file, &why);

	if (r == RESULT_OK) {
		assert_null(why);
	} else {
		assert_int_equal(r, RESULT_BAD_CERTIFICATE);
		assert_non_null(why);
		assert_string_not_equal(why, "unset");
		assert_null(c->der.data);
		assert_null(c->subject.data);
		assert_null(c->modulus.data);
	}
	return r;
}

static void
assert_holds(struct bytes field, unsigned char *expected, int len)
{
	assert_true(len > 0);
	assert_int_equal(field.len, len);
	assert_memory_equal(field.data, expected, (size_t)len);
	OPENSSL_free(expected);
}

#define ASSERT_DER(field, type, object)                                                            \
	do {                                                                                       \
		unsigned char *out_ = NULL;                                                        \
		int len_ = i2d_##type(object, &out_);                                              \
		assert_holds(field, out_, len_);                                                   \
	} while (0)

static void
assert_number(struct bytes field, EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	unsigned char *out;

	assert_true(EVP_PKEY_get_bn_param(key, name, &number));
	out = OPENSSL_malloc((size_t)BN_num_bytes(number));
	assert_holds(field, out, BN_bn2bin(number, out));
	BN_free(number);
}

static void
assert_fields(const struct certificate *c, X509 *x, EVP_PKEY *key)
{
	ASSERT_DER(c->der, X509, x);
	ASSERT_DER(c->serial, ASN1_INTEGER, X509_get_serialNumber(x));
	ASSERT_DER(c->issuer, X509_NAME, X509_get_issuer_name(x));
	ASSERT_DER(c->subject, X509_NAME, X509_get_subject_name(x));
	ASSERT_DER(c->not_before, ASN1_TIME, X509_get0_notBefore(x));
	ASSERT_DER(c->not_after, ASN1_TIME, X509_get0_notAfter(x));
	ASSERT_DER(c->key_info, X509_PUBKEY, X509_get_X509_PUBKEY(x));
	assert_number(c->modulus, key, OSSL_PKEY_PARAM_RSA_N);
	assert_number(c->exponent, key, OSSL_PKEY_PARAM_RSA_E);
}

static void
check_recipe(const struct made_recipe *recipe)
{
	EVP_PKEY *key = made_rsa_key(2048);
	X509 *x = made_certificate(recipe, key);
	struct bytes der = made_der(x);
	struct certificate c;

	assert_int_equal(parse(&c, der), RESULT_OK);
	assert_fields(&c, x, key);
	free((void *)der.data);
	X509_free(x);
}

static void
fields_of_an_authentication_certificate_are_found(void **state)
{
	(void)state;
	check_recipe(&made_auth);
}

static void
fields_of_a_signing_certificate_are_found(void **state)
{
	(void)state;
	check_recipe(&made_sign);
}

static void
generalized_time_after_2049_is_found(void **state)
{
	struct made_recipe late = made_auth;

	(void)state;
	late.not_after = "20500217145959Z";
	check_recipe(&late);
}

static void
serial_numbers_of_any_size_are_found(void **state)
{
	static const unsigned long serials[] = {1, 0x7f, 0x80, 0xff, 0x06d18006, 0xffffffffUL};
	struct made_recipe recipe = made_auth;

	(void)state;
	for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
		recipe.serial = serials[i];
		check_recipe(&recipe);
	}
}

static void
filler_after_the_certificate_is_cut(void **state)
{
	static const uint8_t fillers[] = {0xff, 0x00};
	EVP_PKEY *key = made_rsa_key(2048);
	X509 *x = made_certificate(&made_sign, key);
	struct bytes der = made_der(x);
	uint8_t file[FILE_SIZE];
	struct certificate c;

	(void)state;
	for (size_t i = 0; i < sizeof fillers; i++) {
		memset(file, fillers[i], sizeof file);
		memcpy(file, der.data, der.len);
		assert_int_equal(parse(&c, (struct bytes){file, sizeof file}), RESULT_OK);
		assert_ptr_equal(c.der.data, file);
		assert_fields(&c, x, key);
	}
	free((void *)der.data);
	X509_free(x);
}

static void
length_is_told_by_the_first_four_bytes(void **state)
{
	static const struct {
		uint8_t head[5];
		size_t head_len, file_max, len;
	} rows[] = {
		{{0x30, 0x82, 0x06, 0x2b}, 4, FILE_SIZE, 1583},
		{{0x30, 0x82, 0x06, 0x2b, 0x30}, 5, FILE_SIZE, 1583},
		{{0x30, 0x82, 0x06, 0x2b}, 4, 1583, 1583},
		{{0x30, 0x82, 0x06, 0x2b}, 4, 1582, 0},
		{{0x30, 0x82, 0x06, 0x2b}, 3, FILE_SIZE, 0},
		{{0x30, 0x82, 0x06, 0x2b}, 0, FILE_SIZE, 0},
		{{0x30, 0x82, 0x01, 0x00}, 4, FILE_SIZE, 260},
		{{0x30, 0x82, 0x00, 0xff}, 4, FILE_SIZE, 0}, /* not DER: 81 ff would do */
		{{0x30, 0x82, 0xff, 0xff}, 4, FILE_SIZE, 0},
		{{0x30, 0x82, 0xff, 0xff}, 4, 65539, 65539},
		{{0x30, 0x81, 0x80, 0x00}, 4, FILE_SIZE, 0},
		{{0x30, 0x80, 0x06, 0x2b}, 4, FILE_SIZE, 0},
		{{0x30, 0x83, 0x00, 0x06, 0x2b}, 5, FILE_SIZE, 0},
		{{0x31, 0x82, 0x06, 0x2b}, 4, FILE_SIZE, 0},
		{{0xff, 0xff, 0xff, 0xff}, 4, FILE_SIZE, 0},
		{{0x00, 0x00, 0x00, 0x00}, 4, FILE_SIZE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bytes head = {rows[i].head, rows[i].head_len};

		assert_int_equal(certificate_length(head, rows[i].file_max), rows[i].len);
	}
}

static void
every_truncated_file_is_refused(void **state)
{
	X509 *x = made_certificate(&made_sign, made_rsa_key(2048));
	struct bytes der = made_der(x);
	struct certificate c;

	(void)state;
	for (size_t len = 0; len < der.len; len++) {
		/* A block of its own, so that a sanitizer sees a read past the end. */
		uint8_t *cut = malloc(len + 1);

		memcpy(cut + 1, der.data, len);
		assert_int_equal(parse(&c, (struct bytes){cut + 1, len}), RESULT_BAD_CERTIFICATE);
		free(cut);
	}
	free((void *)der.data);
	X509_free(x);
}

/* Cut in the middle, with outer lengths that are right again: the inner ones point outside. */
static void
every_shortened_certificate_is_refused(void **state)
{
	X509 *x = made_certificate(&made_auth, made_rsa_key(2048));
	struct bytes der = made_der(x);
	struct certificate c;

	(void)state;
	for (size_t len = 260; len < der.len; len++) {
		uint8_t *cut = malloc(len);

		memcpy(cut, der.data, len);
		cut[2] = (uint8_t)((len - 4) >> 8);
		cut[3] = (uint8_t)(len - 4);
		assert_int_equal(parse(&c, (struct bytes){cut, len}), RESULT_BAD_CERTIFICATE);
		free(cut);
	}
	free((void *)der.data);
	X509_free(x);
}

static void
assert_inside(struct bytes field, struct bytes file)
{
	assert_true(field.len > 0 && field.len <= file.len);
	assert_true(field.data >= file.data);
	assert_true(field.data + field.len <= file.data + file.len);
}

static void
assert_sane(const struct certificate *c, struct bytes file)
{
	const struct bytes fields[] = {c->der,	    c->serial,	   c->issuer,
				       c->subject,  c->not_before, c->not_after,
				       c->key_info, c->modulus,	   c->exponent};
	char date[8];

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		assert_inside(fields[i], file);
	assert_int_equal(c->modulus.len, 256);
	assert_true(c->exponent.len <= 4);
	assert_int_equal(c->serial.data[0], 0x02);
	assert_true(certificate_date(c->not_before, date));
	assert_true(certificate_date(c->not_after, date));
}

static void
any_changed_byte_gives_a_sane_answer(void **state)
{
	X509 *x = made_certificate(&made_auth, made_rsa_key(2048));
	struct bytes der = made_der(x);
	uint8_t *file = malloc(der.len);
	struct certificate c;
	size_t refused = 0;

	(void)state;
	memcpy(file, der.data, der.len);
	for (size_t i = 0; i < der.len; i++) {
		for (unsigned int change = 1; change < 256; change++) {
			file[i] = (uint8_t)(der.data[i] ^ change);
			if (parse(&c, (struct bytes){file, der.len}) == RESULT_OK)
				assert_sane(&c, (struct bytes){file, der.len});
			else
				refused++;
		}
		file[i] = der.data[i];
	}
	/* Tags, lengths, dates and the algorithm of the key alone are over a hundred bytes. */
	assert_true(refused > 100 * 200);
	free(file);
	free((void *)der.data);
	X509_free(x);
}

/* A certificate put together by hand, with one part replaced. */

enum part {
	VERSION,
	SERIAL,
	ALGORITHM,
	ISSUER,
	VALIDITY,
	SUBJECT,
	KEY,
	EXTENSIONS,
	TRAILER,
	PARTS
};

struct buffer {
	uint8_t data[4096];
	size_t len;
};

static void
append(struct buffer *to, struct bytes what)
{
	assert_true(what.len <= sizeof to->data - to->len);
	if (what.len > 0)
		memcpy(to->data + to->len, what.data, what.len);
	to->len += what.len;
}

static void
wrap(struct buffer *to, uint8_t tag, struct bytes content)
{
	uint8_t head[4] = {tag, (uint8_t)content.len};
	size_t head_len = 2;

	if (content.len > 0xff) {
		head[1] = 0x82;
		head[2] = (uint8_t)(content.len >> 8);
		head[3] = (uint8_t)content.len;
		head_len = 4;
	} else if (content.len > 0x7f) {
		head[1] = 0x81;
		head[2] = (uint8_t)content.len;
		head_len = 3;
	}
	append(to, (struct bytes){head, head_len});
	append(to, content);
}

#define CONTENT(buffer) ((struct bytes){(buffer).data, (buffer).len})

static struct {
	X509 *x;
	struct bytes der;
	struct certificate c;
	struct buffer validity;
} whole;

static int
set_up_whole(void **state)
{
	struct buffer times = {.len = 0};

	(void)state;
	whole.x = made_certificate(&made_auth, made_rsa_key(2048));
	whole.der = made_der(whole.x);
	assert_int_equal(parse(&whole.c, whole.der), RESULT_OK);
	append(&times, whole.c.not_before);
	append(&times, whole.c.not_after);
	whole.validity.len = 0;
	wrap(&whole.validity, 0x30, CONTENT(times));
	return 0;
}

static int
tear_down_whole(void **state)
{
	(void)state;
	free((void *)whole.der.data);
	X509_free(whole.x);
	return 0;
}

#define SHA256_RSA BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")
#define VERSION_3 BYTES("\xa0\x03\x02\x01\x02")
#define SOME_EXTENSIONS BYTES("\xa3\x02\x30\x00")

static void
assemble(struct buffer *out, enum part replaced, struct bytes by, struct bytes after_signature)
{
	const struct bytes parts[PARTS] = {
		[VERSION] = VERSION_3,
		[SERIAL] = whole.c.serial,
		[ALGORITHM] = SHA256_RSA,
		[ISSUER] = whole.c.issuer,
		[VALIDITY] = CONTENT(whole.validity),
		[SUBJECT] = whole.c.subject,
		[KEY] = whole.c.key_info,
		[EXTENSIONS] = SOME_EXTENSIONS,
		[TRAILER] = NONE,
	};
	static const uint8_t signature[257];
	struct buffer tbs = {.len = 0}, body = {.len = 0};

	for (int i = 0; i < PARTS; i++)
		append(&tbs, i == (int)replaced ? by : parts[i]);
	wrap(&body, 0x30, CONTENT(tbs));
	append(&body, SHA256_RSA);
	wrap(&body, 0x03, (struct bytes){signature, sizeof signature});
	append(&body, after_signature);
	out->len = 0;
	wrap(out, 0x30, CONTENT(body));
}

static enum result
parse_with(enum part replaced, struct bytes by)
{
	struct buffer file;
	struct certificate c;

	assemble(&file, replaced, by, NONE);
	return parse(&c, CONTENT(file));
}

static void
optional_parts_may_be_there_or_not(void **state)
{
	static const struct {
		enum part part;
		struct bytes by;
	} rows[] = {
		{PARTS, {NULL, 0}},
		{VERSION, {NULL, 0}}, /* v1 */
		{EXTENSIONS, {NULL, 0}},
		{EXTENSIONS, TEXT("\x81\x02\x00\x55")},			/* issuerUniqueID */
		{EXTENSIONS, TEXT("\x82\x02\x00\x55\xa3\x02\x30\x00")}, /* subjectUniqueID */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(parse_with(rows[i].part, rows[i].by), RESULT_OK);
}

static void
malformed_parts_are_refused(void **state)
{
	static const struct {
		enum part part;
		struct bytes by;
	} rows[] = {
		{VERSION, TEXT("\xa0\x03\x02\x01\x03")}, /* no such version */
		{VERSION, TEXT("\xa0\x04\x02\x02\x00\x02")},
		{VERSION, TEXT("\xa0\x02\x02\x00")},
		{VERSION, TEXT("\xa0\x05\x02\x01\x02\x05\x00")}, /* something after it */
		{SERIAL, {NULL, 0}},
		{SERIAL, TEXT("\x02\x00")},
		{SERIAL, TEXT("\x02\x81\x01\x05")}, /* length longer than needed */
		{SERIAL, TEXT("\x02\x82\x00\x01\x05")},
		{SERIAL, TEXT("\x04\x01\x05")}, /* not an INTEGER */
		{SERIAL, TEXT("\x02\x7f\x05")}, /* swallows what follows */
		{SERIAL, TEXT("\x02\x84\xff\xff\xff\xff\x05")},
		{SERIAL, TEXT("\x02\x88\xff\xff\xff\xff\xff\xff\xff\xff\x05")},
		{SERIAL, TEXT("\x1f\x02\x01\x05")}, /* high tag number */
		{ALGORITHM, {NULL, 0}},
		{ALGORITHM, TEXT("\x31\x00")},
		{ISSUER, {NULL, 0}},
		{ISSUER, TEXT("\x30\x80\x05\x00\x00\x00")}, /* indefinite length */
		{SUBJECT, {NULL, 0}},
		{SUBJECT, TEXT("\x30\x80\x00\x00")},
		{SUBJECT, TEXT("\x31\x00")},
		{VALIDITY, TEXT("\x30\x00")},
		{VALIDITY, TEXT("\x30\x0f\x17\x0d"
				"250101000000Z")}, /* one date only */
		{VALIDITY, TEXT("\x30\x20\x17\x0d"
				"250101000000Z\x17\x0d"
				"300101000000Z\x05\x00")}, /* something after them */
		{VALIDITY, TEXT("\x30\x1e\x17\x0d"
				"251301000000Z\x17\x0d"
				"300101000000Z")}, /* month 13 */
		{VALIDITY, TEXT("\x30\x1e\x17\x0d"
				"250101000000Z\x17\x0d"
				"300230000000Z")},
		{KEY, {NULL, 0}},
		{KEY, TEXT("\x30\x00")},
		{EXTENSIONS, TEXT("\xa3\x7f\x30\x00")},
		{EXTENSIONS, TEXT("\xa4\x02\x30\x00")},
		{TRAILER, TEXT("\x05\x00")},
		{TRAILER, TEXT("\x00")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (parse_with(rows[i].part, rows[i].by) != RESULT_BAD_CERTIFICATE)
			fail_msg("row %zu was accepted", i);
	}
}

static void
rubbish_after_the_signature_is_refused(void **state)
{
	struct buffer file;
	struct certificate c;

	(void)state;
	assemble(&file, PARTS, NONE, NONE);
	assert_int_equal(parse(&c, CONTENT(file)), RESULT_OK);
	assemble(&file, PARTS, NONE, BYTES("\x05\x00"));
	assert_int_equal(parse(&c, CONTENT(file)), RESULT_BAD_CERTIFICATE);
	assemble(&file, PARTS, NONE, BYTES("\xff"));
	assert_int_equal(parse(&c, CONTENT(file)), RESULT_BAD_CERTIFICATE);
}

/* Keys. */

static const struct bytes rsa_algorithm =
	TEXT("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");

static void
make_key(struct buffer *out, struct bytes algorithm, struct bytes modulus, struct bytes exponent,
	 struct bytes trailer)
{
	struct buffer numbers = {.len = 0}, bits = {.len = 0}, info = {.len = 0};

	wrap(&numbers, 0x02, modulus);
	wrap(&numbers, 0x02, exponent);
	append(&numbers, trailer);
	append(&bits, BYTES("\x00"));
	wrap(&bits, 0x30, CONTENT(numbers));
	append(&info, algorithm);
	wrap(&info, 0x03, CONTENT(bits));
	out->len = 0;
	wrap(out, 0x30, CONTENT(info));
}

/* A number of `len` bytes with given first, second and last byte; the others are 5a. */
static struct bytes
number(struct buffer *room, size_t len, uint8_t first, uint8_t second, uint8_t last)
{
	memset(room->data, 0x5a, len);
	room->data[1] = second;
	room->data[0] = first;
	room->data[len - 1] = last;
	room->len = len;
	return CONTENT(*room);
}

#define EXPONENT BYTES("\x01\x00\x01")

static enum result
parse_key(struct bytes algorithm, struct bytes modulus, struct bytes exponent, struct bytes trailer)
{
	struct buffer key;

	make_key(&key, algorithm, modulus, exponent, trailer);
	return parse_with(KEY, CONTENT(key));
}

static void
only_moduli_of_2048_bits_are_accepted(void **state)
{
	static const struct {
		size_t len;
		uint8_t first, second, last;
		enum result expected;
	} rows[] = {
		{257, 0x00, 0x80, 0x01, RESULT_OK},
		{257, 0x00, 0xff, 0xff, RESULT_OK},
		{257, 0x00, 0x7f, 0x01, RESULT_BAD_CERTIFICATE}, /* needless leading zero */
		{256, 0x7f, 0xff, 0x01, RESULT_BAD_CERTIFICATE}, /* 2047 bits */
		{256, 0x80, 0x00, 0x01, RESULT_BAD_CERTIFICATE}, /* negative */
		{257, 0x01, 0x00, 0x01, RESULT_BAD_CERTIFICATE}, /* 2049 bits */
		{257, 0x00, 0x80, 0x02, RESULT_BAD_CERTIFICATE}, /* even */
		{129, 0x00, 0x80, 0x01, RESULT_BAD_CERTIFICATE}, /* 1024 bits */
		{385, 0x00, 0x80, 0x01, RESULT_BAD_CERTIFICATE}, /* 3072 bits */
	};
	struct buffer room;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bytes n =
			number(&room, rows[i].len, rows[i].first, rows[i].second, rows[i].last);

		if (parse_key(rsa_algorithm, n, EXPONENT, NONE) != rows[i].expected)
			fail_msg("row %zu", i);
	}
}

static void
only_sensible_exponents_are_accepted(void **state)
{
	static const struct {
		struct bytes exponent;
		enum result expected;
	} rows[] = {
		{TEXT("\x03"), RESULT_OK},
		{TEXT("\x01\x00\x01"), RESULT_OK},
		{TEXT("\x7f\xff\xff\xff"), RESULT_OK},
		{TEXT("\x00\xff\xff\xff\xff"), RESULT_OK},		/* 4 bytes and a sign */
		{TEXT("\x01\x00\x00\x00\x03"), RESULT_BAD_CERTIFICATE}, /* 33 bits */
		{TEXT("\x00\x03"), RESULT_BAD_CERTIFICATE},
		{TEXT("\x01"), RESULT_BAD_CERTIFICATE},
		{TEXT("\x00"), RESULT_BAD_CERTIFICATE},
		{TEXT("\x02"), RESULT_BAD_CERTIFICATE},
		{TEXT("\xff"), RESULT_BAD_CERTIFICATE},
		{{NULL, 0}, RESULT_BAD_CERTIFICATE},
	};
	struct buffer room;
	struct bytes n = number(&room, 257, 0x00, 0x80, 0x01);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (parse_key(rsa_algorithm, n, rows[i].exponent, NONE) != rows[i].expected)
			fail_msg("row %zu", i);
	}
}

static void
keys_with_rubbish_in_them_are_refused(void **state)
{
	/* rsaEncryption without NULL, RSASSA-PSS, ecPublicKey P-256, nothing. */
	static const struct bytes algorithms[] = {
		TEXT("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
		TEXT("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x05\x00"),
		TEXT("\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
		     "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
		TEXT("\x30\x00"),
	};
	struct buffer room;
	struct bytes n = number(&room, 257, 0x00, 0x80, 0x01);

	(void)state;
	assert_int_equal(parse_key(rsa_algorithm, n, EXPONENT, BYTES("\x05\x00")),
			 RESULT_BAD_CERTIFICATE);
	for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		assert_int_equal(parse_key(algorithms[i], n, EXPONENT, NONE),
				 RESULT_BAD_CERTIFICATE);
}

static void
assert_key_is(struct bytes der, struct certificate_key expected)
{
	struct certificate_key key;

	assert_true(certificate_find_key(der, &key));
	assert_int_equal(key.kind, expected.kind);
	assert_int_equal(key.bits, expected.bits);
	assert_int_equal(key.has_usual_exponent, expected.has_usual_exponent);
}

static void
assert_key_refused(EVP_PKEY *key, const char *complaint, struct certificate_key expected)
{
	X509 *x = made_certificate(&made_auth, key);
	struct bytes der = made_der(x);
	struct certificate c;
	const char *why;

	assert_int_equal(certificate_parse(&c, der, &why), RESULT_BAD_CERTIFICATE);
	assert_non_null(strstr(why, complaint));
	assert_key_is(der, expected);
	free((void *)der.data);
	X509_free(x);
}

static void
other_key_sizes_and_kinds_are_named_in_the_refusal(void **state)
{
	EVP_PKEY *curve = EVP_EC_gen("P-384"), *odd = EVP_EC_gen("P-521");

	(void)state;
	assert_key_refused(made_rsa_key(1024), "2048",
			   (struct certificate_key){CERTIFICATE_KEY_RSA, 1024, true});
	assert_key_refused(made_rsa_key(3072), "2048",
			   (struct certificate_key){CERTIFICATE_KEY_RSA, 3072, true});
	assert_key_refused(curve, "RSA", (struct certificate_key){CERTIFICATE_KEY_EC, 384, false});
	assert_key_refused(odd, "RSA", (struct certificate_key){CERTIFICATE_KEY_EC, 521, false});
	EVP_PKEY_free(odd);
	EVP_PKEY_free(curve);
}

static void
files_that_hold_no_certificate_are_refused(void **state)
{
	uint8_t file[FILE_SIZE];
	struct certificate c;
	uint32_t noise = 1;

	(void)state;
	assert_int_equal(parse(&c, NONE), RESULT_BAD_CERTIFICATE);
	memset(file, 0xff, sizeof file);
	assert_int_equal(parse(&c, (struct bytes){file, sizeof file}), RESULT_BAD_CERTIFICATE);
	memset(file, 0x00, sizeof file);
	assert_int_equal(parse(&c, (struct bytes){file, sizeof file}), RESULT_BAD_CERTIFICATE);
	for (size_t i = 0; i < sizeof file; i++)
		file[i] = (uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
	memcpy(file, "\x30\x82\x06\x2b", 4);
	assert_int_equal(parse(&c, (struct bytes){file, sizeof file}), RESULT_BAD_CERTIFICATE);
	/* Sequences within sequences, as deep as the file. */
	memset(file, 0x30, sizeof file);
	memcpy(file, "\x30\x82\x06\x2b", 4);
	assert_int_equal(parse(&c, (struct bytes){file, sizeof file}), RESULT_BAD_CERTIFICATE);
}

static const struct {
	struct bytes time;
	const char *date; /* NULL: refused */
} dates[] = {
	{TEXT("\x17\x0d"
	      "300217145959Z"),
	 "20300217"},
	{TEXT("\x17\x0d"
	      "491231235959Z"),
	 "20491231"},
	{TEXT("\x17\x0d"
	      "500101000000Z"),
	 "19500101"},
	{TEXT("\x17\x0d"
	      "991231235959Z"),
	 "19991231"},
	{TEXT("\x17\x0d"
	      "240229000000Z"),
	 "20240229"},
	{TEXT("\x17\x0d"
	      "000229000000Z"),
	 "20000229"},
	{TEXT("\x18\x0f"
	      "20500217145959Z"),
	 "20500217"},
	{TEXT("\x18\x0f"
	      "99991231235959Z"),
	 "99991231"},
	{TEXT("\x17\x0d"
	      "250229000000Z"),
	 NULL},
	{TEXT("\x18\x0f"
	      "21000229000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250431000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250001000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "251301000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250100000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250132000000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250101240000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250101006000Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "250101000060Z"),
	 NULL},
	{TEXT("\x17\x0b"
	      "2501010000Z"),
	 NULL}, /* without seconds */
	{TEXT("\x17\x11"
	      "250101000000+0900"),
	 NULL}, /* another zone */
	{TEXT("\x17\x0c"
	      "250101000000"),
	 NULL},
	{TEXT("\x17\x0e"
	      "250101000000Z "),
	 NULL},
	{TEXT("\x18\x11"
	      "20500217145959.5Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "25010100000-Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "25010100000:Z"),
	 NULL}, /* not a digit, though it would add up */
	{TEXT("\x17\x0d"
	      "250101000000X"),
	 NULL},
	{TEXT("\x17\x0d"
	      "2501 1000000Z"),
	 NULL},
	{TEXT("\x17\x0f"
	      "20500217145959Z"),
	 NULL}, /* the other form's tag */
	{TEXT("\x18\x0d"
	      "300217145959Z"),
	 NULL},
	{TEXT("\x16\x0d"
	      "300217145959Z"),
	 NULL},
	{TEXT("\x17\x0d"
	      "300217145959Z\x00"),
	 NULL}, /* something after it */
	{TEXT("\x17\x0e"
	      "300217145959Z"),
	 NULL}, /* past the end */
	{TEXT("\x17\x81\x0d"
	      "300217145959Z"),
	 NULL},
	{TEXT("\x17\x80"), NULL},
	{TEXT("\x17\x00"), NULL},
	{TEXT("\x17"), NULL},
	{{NULL, 0}, NULL},
};

static void
dates_are_read_as_rfc_5280_writes_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		char date[9] = "";
		bool ok = certificate_date(dates[i].time, date);

		if (ok != (dates[i].date != NULL) || (ok && strcmp(date, dates[i].date) != 0))
			fail_msg("row %zu gave %d %s", i, ok, date);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_an_authentication_certificate_are_found),
		cmocka_unit_test(fields_of_a_signing_certificate_are_found),
		cmocka_unit_test(generalized_time_after_2049_is_found),
		cmocka_unit_test(serial_numbers_of_any_size_are_found),
		cmocka_unit_test(filler_after_the_certificate_is_cut),
		cmocka_unit_test(length_is_told_by_the_first_four_bytes),
		cmocka_unit_test(every_truncated_file_is_refused),
		cmocka_unit_test(every_shortened_certificate_is_refused),
		cmocka_unit_test(any_changed_byte_gives_a_sane_answer),
		cmocka_unit_test(optional_parts_may_be_there_or_not),
		cmocka_unit_test(malformed_parts_are_refused),
		cmocka_unit_test(rubbish_after_the_signature_is_refused),
		cmocka_unit_test(only_moduli_of_2048_bits_are_accepted),
		cmocka_unit_test(only_sensible_exponents_are_accepted),
		cmocka_unit_test(keys_with_rubbish_in_them_are_refused),
		cmocka_unit_test(other_key_sizes_and_kinds_are_named_in_the_refusal),
		cmocka_unit_test(files_that_hold_no_certificate_are_refused),
		cmocka_unit_test(dates_are_read_as_rfc_5280_writes_them),
	};

	return cmocka_run_group_tests_name("certificate", tests, set_up_whole, tear_down_whole);
}
