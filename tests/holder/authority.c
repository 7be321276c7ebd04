/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which authority a certificate comes from (card fact 6.1), with authorities made here and a list
 * that names them; and characters that stand for others (card fact 6.2).
 */
#include "holder/authority.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "holder/personal.h"

#define NOT_BEFORE INT64_C(1568504516) /* 2019-09-14 23:41:56 UTC */
#define NOT_AFTER INT64_C(1884092399)  /* 2029-09-14 14:59:59 UTC */

static EVP_PKEY *ca_key, *other_key;
static char list_path[] = "/tmp/holder-authority.XXXXXX";

/* A certificate with the key `subject`, signed by `signer`. */
static X509 *
make(const char *organisation, long serial, EVP_PKEY *subject, EVP_PKEY *signer)
{
	X509 *made = X509_new();
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_organizationName, MBSTRING_UTF8,
						    (const unsigned char *)organisation, -1, -1, 0),
			 1);
	assert_int_equal(X509_set_subject_name(made, name), 1);
	assert_int_equal(X509_set_issuer_name(made, name), 1);
	X509_NAME_free(name);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), serial), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), NOT_BEFORE));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), NOT_AFTER));
	assert_int_equal(X509_set_pubkey(made, subject), 1);
	assert_true(X509_sign(made, signer, EVP_sha256()) > 0);
	return made;
}

static void
write_list(const char *text)
{
	FILE *list = fopen(list_path, "w");

	assert_non_null(list);
	assert_true(fputs(text, list) >= 0);
	assert_int_equal(fclose(list), 0);
}

static void
fingerprint(const X509 *certificate, char text[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	assert_int_equal(X509_digest(certificate, EVP_sha256(), digest, &len), 1);
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(text + 2 * i, 3, "%02X", digest[i]);
}

static void
assert_answer(enum key key, EVP_PKEY *signer, X509 *ca, enum authority_answer expected,
	      const char *generation)
{
	X509 *certificate = make("JPKI", 5, other_key, signer);
	char year[AUTHORITY_YEAR];

	assert_int_equal(authority_check(list_path, key, certificate, ca, year), expected);
	assert_string_equal(year, generation);
	X509_free(certificate);
}

static void
the_fingerprint_decides_not_the_name(void **state)
{
	X509 *ca = make("JPKI", 1, ca_key, ca_key),
	     *namesake = make("JPKI", 1, other_key, other_key);
	char print[65], line[256];

	(void)state;
	fingerprint(ca, print);
	(void)snprintf(line, sizeof line, "# a list\nsign 2019 sha256 %064d\nauth 2023 sha256 %s\n",
		       7, print);
	write_list(line);
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_PUBLISHED, "2023");
	assert_answer(KEY_SIGN, ca_key, ca, AUTHORITY_UNKNOWN, "");
	assert_answer(KEY_AUTH, other_key, namesake, AUTHORITY_UNKNOWN, "");
	assert_answer(KEY_AUTH, ca_key, NULL, AUTHORITY_UNKNOWN, "");
	/* the right authority's certificate beside a certificate that it did not sign */
	assert_answer(KEY_AUTH, other_key, ca, AUTHORITY_FORGED, "2023");
	X509_free(ca);
	X509_free(namesake);
}

static void
a_known_serial_is_an_answer_of_its_own(void **state)
{
	X509 *ca = make("JPKI", 0x0133C349, ca_key, ca_key),
	     *next = make("JPKI", 0x0133C34A, ca_key, ca_key);

	(void)state;
	write_list("auth 2019 serial 0133C349 2019-09-14 2029-09-14\n");
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_KNOWN_SERIAL, "2019");
	assert_answer(KEY_AUTH, ca_key, next, AUTHORITY_UNKNOWN, "");
	write_list("auth 2019 serial 0133C349 2019-09-15 2029-09-14\n");
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_UNKNOWN, "");
	X509_free(ca);
	X509_free(next);
}

static void
a_simulated_authority_says_so(void **state)
{
	X509 *ca = make("JPKI-SIM", 1, ca_key, ca_key);

	(void)state;
	write_list("");
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_SIMULATED, "");
	assert_answer(KEY_AUTH, other_key, ca, AUTHORITY_FORGED, "");
	X509_free(ca);
	/* what that authority issued is no authority */
	ca = make("JPKI-SIM", 2, other_key, ca_key);
	assert_answer(KEY_AUTH, other_key, ca, AUTHORITY_UNKNOWN, "");
	X509_free(ca);
}

static void
a_broken_list_is_survived(void **state)
{
	X509 *ca = make("JPKI", 1, ca_key, ca_key);

	(void)state;
	write_list("auth\nauth 2019 serial\nauth 2019 serial 0133C349\nauth 2023 sha256 "
		   "zz\n\n\377\376\n");
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_UNKNOWN, "");
	assert_int_equal(unlink(list_path), 0);
	assert_answer(KEY_AUTH, ca_key, ca, AUTHORITY_NO_LIST, "");
	X509_free(ca);
}

static void
substituted_characters_are_found_by_their_place(void **state)
{
	char *found = personal_substitutes("𠮷﨑　見本", "11001");

	(void)state;
	assert_string_equal(found, "𠮷 﨑 本");
	free(found);
	assert_null(personal_substitutes("見本", "00"));
	found = personal_substitutes("見", "1111");
	assert_string_equal(found, "見");
	free(found);
}

static int
prepare(void **state)
{
	int fd = mkstemp(list_path);

	(void)state;
	if (fd < 0 || close(fd) != 0)
		return -1;
	ca_key = EVP_RSA_gen(2048);
	other_key = EVP_RSA_gen(2048);
	return ca_key && other_key ? 0 : -1;
}

static int
clean_up(void **state)
{
	(void)state;
	(void)unlink(list_path);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fingerprint_decides_not_the_name),
		cmocka_unit_test(a_known_serial_is_an_answer_of_its_own),
		cmocka_unit_test(a_simulated_authority_says_so),
		cmocka_unit_test(a_broken_list_is_survived),
		cmocka_unit_test(substituted_characters_are_found_by_their_place),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
