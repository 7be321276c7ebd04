/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_CERTIFICATE_H
#define JPKI_TOKEN_CERTIFICATE_H

#include "base/bytes.h"
#include "base/result.h"

/*
 * The outer fields of an X.509 certificate (RFC 5280 4.1), found in place with libtasn1's
 * tag and length functions: nothing is decoded, copied or allocated, because the signing
 * certificate holds its holder's name, address, birth date and sex. All fields borrow from the
 * buffer that was parsed.
 */
struct certificate {
	struct bytes der;	 /* the whole certificate, without the file's filler */
	struct bytes serial;	 /* INTEGER, with tag and length (CKA_SERIAL_NUMBER) */
	struct bytes issuer;	 /* Name, with tag and length */
	struct bytes subject;	 /* Name, with tag and length */
	struct bytes not_before; /* UTCTime or GeneralizedTime, with tag and length */
	struct bytes not_after;
	struct bytes key_info; /* SubjectPublicKeyInfo, with tag and length */
	struct bytes modulus;  /* big-endian, without leading zero byte */
	struct bytes exponent; /* likewise */
};

/*
 * The length in bytes of the certificate whose first bytes are `head` (at least 4 are needed):
 * card fact 2.2, `30 82 hh ll` and no other form, since a certificate has between 256 and 65535
 * bytes. 0 if this is no certificate or it does not fit `file_max` bytes.
 */
size_t certificate_length(struct bytes head, size_t file_max);

/*
 * Finds the fields. `file` may be longer than the certificate (filler). RESULT_BAD_CERTIFICATE
 * for anything malformed and for a key that is not RSA with a 2048-bit modulus and an odd
 * exponent of 1 to 4 bytes greater than 1; *why then names what was wrong, without personal
 * data (static storage).
 */
enum result certificate_parse(struct certificate *c, struct bytes file, const char **why);

enum certificate_key_kind { CERTIFICATE_KEY_OTHER, CERTIFICATE_KEY_RSA, CERTIFICATE_KEY_EC };

struct certificate_key {
	enum certificate_key_kind kind;
	unsigned int bits;	 /* of the modulus, or of the curve */
	bool has_usual_exponent; /* 65537 */
};

/* What kind of key a certificate has, also where certificate_parse refuses it; false: it cannot be
 * told. */
bool certificate_find_key(struct bytes file, struct certificate_key *key);

/*
 * A validity date as PKCS#11's CK_DATE text, "YYYYMMDD" in UTC, into out[8].
 * False if `time` is neither a well-formed UTCTime nor GeneralizedTime.
 */
bool certificate_date(struct bytes time, char out[8]);

#endif
