/* SPDX-License-Identifier: BSD-2-Clause */
/* What a certificate is made of: no name, number, date or key of it. */
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "tool/report/facts.h"

#define ARC_MAX 6 /* digits: a date or a number of a person's has more */

#define MORE " ..." /* something is left out for which there is no room */

static void
add(char *text, const char *word)
{
	const size_t len = strlen(text), more = strlen(MORE);

	if (len + 1 + strlen(word) + more < FACT_TEXT)
		(void)snprintf(text + len, FACT_TEXT - len, "%s%s", len ? " " : "", word);
	else if (len < more || strcmp(text + len - more, MORE) != 0)
		(void)snprintf(text + len, FACT_TEXT - len, MORE);
}

/* An identifier; nothing of one that could hide a number. */
static void
add_oid(char *text, const ASN1_OBJECT *object, bool critical)
{
	char oid[64], word[66];
	size_t digits = 0;
	const int len = OBJ_obj2txt(oid, sizeof oid, object, 1);
	bool is_plain = len > 0 && len < 40;

	for (int i = 0; is_plain && i < len; i++) {
		digits = oid[i] == '.' ? 0 : digits + 1;
		is_plain = digits <= ARC_MAX;
	}
	(void)snprintf(word, sizeof word, "%s%s", is_plain ? oid : "other", critical ? "!" : "");
	add(text, word);
}

static bool
say_signature(const X509 *certificate, char *text)
{
	const char *name = OBJ_nid2ln(X509_get_signature_nid(certificate));

	(void)snprintf(text, FACT_TEXT, "%s", name ? name : "other");
	return true;
}

static bool
say_subject(const X509 *certificate, char *text)
{
	const X509_NAME *name = X509_get_subject_name(certificate);

	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));

		add(text, nid == NID_undef ? "other" : OBJ_nid2sn(nid));
	}
	return text[0] != '\0';
}

/* As many reads, and no more of its length: that goes with names in it. */
static bool
say_length(const X509 *certificate, char *text)
{
	(void)snprintf(text, FACT_TEXT, "%d", (i2d_X509(certificate, NULL) + 255) / 256);
	return true;
}

static bool
say_key_usage(const X509 *certificate, char *text)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} bits[] = {
		{KU_DIGITAL_SIGNATURE, "digitalSignature"},
		{KU_NON_REPUDIATION, "nonRepudiation"},
		{KU_KEY_ENCIPHERMENT, "keyEncipherment"},
		{KU_DATA_ENCIPHERMENT, "dataEncipherment"},
		{KU_KEY_AGREEMENT, "keyAgreement"},
		{KU_KEY_CERT_SIGN, "keyCertSign"},
		{KU_CRL_SIGN, "cRLSign"},
	};
	X509 *copy = X509_dup(certificate);
	const uint32_t usage = copy ? X509_get_key_usage(copy) : UINT32_MAX;

	X509_free(copy);
	for (size_t i = 0; usage != UINT32_MAX && i < sizeof bits / sizeof bits[0]; i++)
		if (usage & bits[i].bit)
			add(text, bits[i].name);
	return true;
}

static bool
say_extended_key_usage(const X509 *certificate, char *text)
{
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);

	for (int i = 0; i < sk_ASN1_OBJECT_num(usage); i++)
		add_oid(text, sk_ASN1_OBJECT_value(usage, i), false);
	EXTENDED_KEY_USAGE_free(usage);
	return true;
}

static bool
say_policies(const X509 *certificate, char *text)
{
	CERTIFICATEPOLICIES *all =
		X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);

	for (int i = 0; i < sk_POLICYINFO_num(all); i++)
		add_oid(text, sk_POLICYINFO_value(all, i)->policyid, false);
	CERTIFICATEPOLICIES_free(all);
	return true;
}

static bool
say_extensions(const X509 *certificate, char *text)
{
	for (int i = 0; i < X509_get_ext_count(certificate); i++) {
		X509_EXTENSION *extension = X509_get_ext(certificate, i);

		add_oid(text, X509_EXTENSION_get_object(extension),
			X509_EXTENSION_get_critical(extension) != 0);
	}
	return true;
}

bool
fact_certificate(const X509 *certificate, const char *question, char *text)
{
	static const struct {
		const char *question;
		bool (*say)(const X509 *certificate, char *text);
	} answers[] = {
		{"signature", say_signature},
		{"subject", say_subject},
		{"length", say_length},
		{"key-usage", say_key_usage},
		{"extended-key-usage", say_extended_key_usage},
		{"policies", say_policies},
		{"extensions", say_extensions},
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (strcmp(answers[i].question, question) == 0) {
			if (!answers[i].say(certificate, text))
				return false;
			if (!text[0])
				add(text, "none");
			return true;
		}
	return false;
}
