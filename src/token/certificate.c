/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/certificate.h"

#include <libtasn1.h>
#include <limits.h>

/*
 * A cursor of struct bytes walks the DER; every step takes one whole element off it, so a field
 * can never reach past the element it lies in. The functions that find fields return NULL, or
 * what is wrong with the certificate.
 */

/* First octets of the elements we meet: class, "constructed" and tag number in one. */
enum {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_VERSION = 0xa0,	      /* [0] EXPLICIT */
	DER_ISSUER_UNIQUE_ID = 0x81,  /* [1] IMPLICIT BIT STRING */
	DER_SUBJECT_UNIQUE_ID = 0x82, /* [2] */
	DER_EXTENSIONS = 0xa3,	      /* [3] EXPLICIT */
};

#define CERTIFICATE_HEAD 4
#define CERTIFICATE_MIN 256
#define MODULUS_SIZE 256
#define EXPONENT_SIZE_MAX 4

struct element {
	struct bytes whole; /* with tag and length */
	struct bytes content;
};

/*
 * DER has one way to write a length (X.690 10.1). libtasn1 reads the longer ones of BER too, and
 * takes a length whose own octets are cut off by the end for what is left of it.
 */
static bool
is_der_length(uint8_t first, long len, int octets)
{
	int needed = 1;

	if (len < 0x80)
		return first == len;
	for (long rest = len; rest > 0; rest >>= 8)
		needed++;
	return octets == needed && (first & 0x7f) == needed - 1;
}

/* Takes one element off `*from` if it is of that kind; nothing is taken otherwise. */
static bool
take(struct bytes *from, unsigned int kind, struct element *e)
{
	unsigned char class;
	unsigned long tag;
	int tag_octets, length_octets;
	long len;
	struct bytes rest = *from;
	struct bytes head;

	if (rest.len == 0 || rest.len > INT_MAX || rest.data[0] != kind)
		return false;
	if (asn1_get_tag_der(rest.data, (int)rest.len, &class, &tag_octets, &tag) != ASN1_SUCCESS ||
	    !bytes_take(&rest, (size_t)tag_octets, &head) || rest.len == 0)
		return false;
	/* Negative for an indefinite length and for one past the end. */
	len = asn1_get_length_der(rest.data, (int)rest.len, &length_octets);
	if (len < 0 || !is_der_length(rest.data[0], len, length_octets) ||
	    !bytes_take(&rest, (size_t)length_octets, &head) ||
	    !bytes_take(&rest, (size_t)len, &e->content))
		return false;
	e->whole = (struct bytes){from->data, from->len - rest.len};
	*from = rest;
	return true;
}

/* Takes an element that may be absent. */
static void
skip_optional(struct bytes *from, unsigned int kind)
{
	struct element e;

	(void)take(from, kind, &e);
}

/* A positive INTEGER's magnitude, without leading zero; false if negative, or not DER. */
static bool
take_magnitude(struct bytes *from, struct bytes *magnitude)
{
	struct element e;
	struct bytes sign;

	if (!take(from, DER_INTEGER, &e) || e.content.len == 0)
		return false;
	if (e.content.data[0] == 0 && e.content.len > 1) {
		(void)bytes_take(&e.content, 1, &sign);
		if ((e.content.data[0] & 0x80) == 0)
			return false;
	} else if (e.content.data[0] & 0x80) {
		return false;
	}
	*magnitude = e.content;
	return true;
}

static bool
is_odd(struct bytes number)
{
	return number.len > 0 && (number.data[number.len - 1] & 1);
}

/* RSAPublicKey (RFC 8017 A.1.1), of the only size these cards have. */
static const char *
find_rsa_key(struct certificate *c, struct bytes bits)
{
	struct element key;
	struct bytes unused_bits;

	if (!bytes_take(&bits, 1, &unused_bits) || unused_bits.data[0] != 0 ||
	    !take(&bits, DER_SEQUENCE, &key) || bits.len > 0)
		return "its public key is malformed";
	if (!take_magnitude(&key.content, &c->modulus) ||
	    !take_magnitude(&key.content, &c->exponent) || key.content.len > 0)
		return "its RSA key is malformed";
	if (c->modulus.len != MODULUS_SIZE || (c->modulus.data[0] & 0x80) == 0)
		return "its RSA key has not 2048 bits";
	if (!is_odd(c->modulus))
		return "its RSA modulus is even";
	if (c->exponent.len > EXPONENT_SIZE_MAX || !is_odd(c->exponent) ||
	    bytes_be(c->exponent) == 1)
		return "its RSA exponent is unusable";
	return NULL;
}

/* The algorithm with its NULL, as in RFC 3279 2.3.1; id-ecPublicKey (RFC 5480 2.1.1). */
static const uint8_t rsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
			      0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
static const uint8_t ec[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

/* SubjectPublicKeyInfo (RFC 5280 4.1). */
static const char *
find_key(struct certificate *c, struct bytes info)
{
	struct element algorithm, bits;

	if (!take(&info, DER_SEQUENCE, &algorithm) || !take(&info, DER_BIT_STRING, &bits) ||
	    info.len > 0)
		return "its public key is malformed";
	if (!bytes_equal(algorithm.content, (struct bytes){rsa, sizeof rsa}))
		return "its key is not RSA";
	return find_rsa_key(c, bits.content);
}

static bool
take_time(struct bytes *from, struct bytes *time)
{
	struct element e;
	char date[8];

	if (!take(from, DER_UTC_TIME, &e) && !take(from, DER_GENERALIZED_TIME, &e))
		return false;
	*time = e.whole;
	return certificate_date(e.whole, date);
}

/* True if there is no version (that means v1), or one that X.509 knows. */
static bool
take_version(struct bytes *from)
{
	struct element version, number;

	if (!take(from, DER_VERSION, &version))
		return true;
	return take(&version.content, DER_INTEGER, &number) && version.content.len == 0 &&
	       number.content.len == 1 && number.content.data[0] <= 2;
}

/* TBSCertificate (RFC 5280 4.1). */
static const char *
find_fields(struct certificate *c, struct bytes tbs)
{
	struct element serial, algorithm, issuer, validity, subject, key_info;

	if (!take_version(&tbs))
		return "its version is unknown";
	if (!take(&tbs, DER_INTEGER, &serial) || serial.content.len == 0)
		return "its serial number is malformed";
	if (!take(&tbs, DER_SEQUENCE, &algorithm))
		return "its signature algorithm is malformed";
	if (!take(&tbs, DER_SEQUENCE, &issuer))
		return "its issuer is malformed";
	if (!take(&tbs, DER_SEQUENCE, &validity) || !take_time(&validity.content, &c->not_before) ||
	    !take_time(&validity.content, &c->not_after) || validity.content.len > 0)
		return "its validity is malformed";
	if (!take(&tbs, DER_SEQUENCE, &subject))
		return "its subject is malformed";
	if (!take(&tbs, DER_SEQUENCE, &key_info))
		return "its public key is malformed";
	skip_optional(&tbs, DER_ISSUER_UNIQUE_ID);
	skip_optional(&tbs, DER_SUBJECT_UNIQUE_ID);
	skip_optional(&tbs, DER_EXTENSIONS);
	if (tbs.len > 0)
		return "there is something unknown in it";
	c->serial = serial.whole;
	c->issuer = issuer.whole;
	c->subject = subject.whole;
	c->key_info = key_info.whole;
	return find_key(c, key_info.content);
}

static const char *
parse(struct certificate *c, struct bytes file)
{
	size_t len = certificate_length(file, file.len);
	struct element certificate, tbs, algorithm, signature;

	if (len == 0 || !bytes_take(&file, len, &c->der))
		return "there is no certificate in the file";
	file = c->der;
	if (!take(&file, DER_SEQUENCE, &certificate) ||
	    !take(&certificate.content, DER_SEQUENCE, &tbs) ||
	    !take(&certificate.content, DER_SEQUENCE, &algorithm) ||
	    !take(&certificate.content, DER_BIT_STRING, &signature) || certificate.content.len > 0)
		return "its outer structure is malformed";
	return find_fields(c, tbs.content);
}

size_t
certificate_length(struct bytes head, size_t file_max)
{
	size_t len;

	if (head.len < CERTIFICATE_HEAD || head.data[0] != DER_SEQUENCE || head.data[1] != 0x82)
		return 0;
	len = bytes_be((struct bytes){head.data + 2, 2});
	if (len < CERTIFICATE_MIN || len + CERTIFICATE_HEAD > file_max)
		return 0;
	return len + CERTIFICATE_HEAD;
}

enum result
certificate_parse(struct certificate *c, struct bytes file, const char **why)
{
	*c = (struct certificate){0};
	*why = parse(c, file);
	if (!*why)
		return RESULT_OK;
	*c = (struct certificate){0};
	return RESULT_BAD_CERTIFICATE;
}

static unsigned int
count_bits(struct bytes magnitude)
{
	unsigned int bits = (unsigned int)magnitude.len * 8;

	for (uint8_t first = magnitude.data[0]; bits > 0 && !(first & 0x80); first <<= 1)
		bits--;
	return bits;
}

static bool
measure_rsa(struct bytes bits, struct certificate_key *key)
{
	static const uint8_t usual[] = {0x01, 0x00, 0x01};
	struct element sequence;
	struct bytes unused, modulus, exponent;

	if (!bytes_take(&bits, 1, &unused) || !take(&bits, DER_SEQUENCE, &sequence) ||
	    !take_magnitude(&sequence.content, &modulus) ||
	    !take_magnitude(&sequence.content, &exponent))
		return false;
	key->kind = CERTIFICATE_KEY_RSA;
	key->bits = count_bits(modulus);
	key->has_usual_exponent = bytes_equal(exponent, (struct bytes){usual, sizeof usual});
	return true;
}

bool
certificate_find_key(struct bytes file, struct certificate_key *key)
{
	struct certificate c = {0};
	struct element info, algorithm, bits;
	struct bytes oid;

	*key = (struct certificate_key){.kind = CERTIFICATE_KEY_OTHER};
	(void)parse(&c, file);
	if (!c.key_info.data || !take(&c.key_info, DER_SEQUENCE, &info) ||
	    !take(&info.content, DER_SEQUENCE, &algorithm) ||
	    !take(&info.content, DER_BIT_STRING, &bits))
		return false;
	if (bytes_equal(algorithm.content, (struct bytes){rsa, sizeof rsa}))
		return measure_rsa(bits.content, key);
	if (bytes_take(&algorithm.content, sizeof ec, &oid) &&
	    bytes_equal(oid, (struct bytes){ec, sizeof ec})) {
		key->kind = CERTIFICATE_KEY_EC;
		/* Two coordinates, behind the unused bits and the form (RFC 5480 2.2); those of
		 * P-521 are not whole bytes. */
		key->bits = bits.content.len > 2 ? (unsigned int)(bits.content.len - 2) * 4 : 0;
		if (key->bits == 528)
			key->bits = 521;
	}
	return true;
}

/* Decimal digits only; false otherwise. */
static bool
read_number(struct bytes *from, size_t digits, unsigned int *number)
{
	struct bytes text;

	if (!bytes_take(from, digits, &text))
		return false;
	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (unsigned int)(text.data[i] - '0');
	}
	return true;
}

static unsigned int
days_of(unsigned int year, unsigned int month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* "MMDDhhmmssZ": RFC 5280 4.1.2.5 demands the seconds and allows no other zone. */
static bool
read_rest_of_time(struct bytes text, unsigned int year, unsigned int *month, unsigned int *day)
{
	unsigned int hour, minute, second;

	return read_number(&text, 2, month) && read_number(&text, 2, day) &&
	       read_number(&text, 2, &hour) && read_number(&text, 2, &minute) &&
	       read_number(&text, 2, &second) && text.len == 1 && text.data[0] == 'Z' &&
	       *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_of(year, *month) &&
	       hour <= 23 && minute <= 59 && second <= 59;
}

static void
write_number(char *out, size_t digits, unsigned int number)
{
	for (; digits > 0; digits--, number /= 10)
		out[digits - 1] = (char)('0' + number % 10);
}

bool
certificate_date(struct bytes time, char out[8])
{
	unsigned int year, month, day;
	struct element e;

	if (take(&time, DER_UTC_TIME, &e)) {
		if (!read_number(&e.content, 2, &year))
			return false;
		year += year >= 50 ? 1900 : 2000;
	} else if (!take(&time, DER_GENERALIZED_TIME, &e) || !read_number(&e.content, 4, &year)) {
		return false;
	}
	if (time.len > 0 || !read_rest_of_time(e.content, year, &month, &day))
		return false;
	write_number(out, 4, year);
	write_number(out + 4, 2, month);
	write_number(out + 6, 2, day);
	return true;
}
