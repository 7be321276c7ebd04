/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: the certificate files of a card. Whatever is in them, the parser stays inside the
 * file, and what it finds lies inside the certificate.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/guard.h"
#include "token/certificate.h"

const char fuzz_corpus[] = "certificate";

static void
check_inside(struct bytes all, struct bytes field)
{
	if (field.len == 0 || field.data < all.data || field.len > all.len ||
	    (size_t)(field.data - all.data) > all.len - field.len)
		guard_fail("a field of a certificate is not inside it");
}

static void
check_date(struct bytes time)
{
	char out[8];

	if (!certificate_date(time, out))
		return;
	for (size_t i = 0; i < sizeof out; i++)
		if (out[i] < '0' || out[i] > '9')
			guard_fail("a date is not made of digits");
}

static void
check_fields(const struct certificate *c, struct bytes file)
{
	const struct bytes fields[] = {c->serial,    c->issuer,	  c->subject, c->not_before,
				       c->not_after, c->key_info, c->modulus, c->exponent};

	check_inside(file, c->der);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		check_inside(c->der, fields[i]);
	if (c->modulus.len != 256 || c->exponent.len > 4)
		guard_fail("a key that the module cannot use is taken for one");
	check_date(c->not_before);
	check_date(c->not_after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* Of exactly its length, so that the sanitizer sees the first byte behind it read. */
	uint8_t *copy = malloc(len ? len : 1);
	struct bytes file = {copy, len};
	struct certificate c;
	const char *why = NULL;

	if (!copy)
		abort();
	memcpy(copy, data, len);
	if (certificate_length(file, len) > len)
		guard_fail("a certificate is longer than its file");
	if (certificate_parse(&c, file, &why) == RESULT_OK)
		check_fields(&c, file);
	else if (!why)
		guard_fail("nobody says what is wrong with a certificate");
	check_date(file);
	free(copy);
	return 0;
}
