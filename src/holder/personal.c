/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/personal.h"

#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "holder/text.h"

static const char *const oids[PERSONAL_PARTS] = {
	[PERSONAL_NAME] = "1.2.392.200149.8.5.5.1",
	[PERSONAL_NAME_FLAGS] = "1.2.392.200149.8.5.5.2",
	[PERSONAL_SEX] = "1.2.392.200149.8.5.5.3",
	[PERSONAL_BIRTH] = "1.2.392.200149.8.5.5.4",
	[PERSONAL_ADDRESS] = "1.2.392.200149.8.5.5.5",
	[PERSONAL_ADDRESS_FLAGS] = "1.2.392.200149.8.5.5.6",
};

static void
take(struct personal *personal, const OTHERNAME *name)
{
	const ASN1_STRING *value;
	char oid[64];

	if (!name->value || name->value->type != V_ASN1_UTF8STRING ||
	    OBJ_obj2txt(oid, sizeof oid, name->type_id, 1) <= 0)
		return;
	value = name->value->value.utf8string;
	for (size_t i = 0; i < PERSONAL_PARTS; i++)
		if (strcmp(oid, oids[i]) == 0 && !personal->parts[i])
			personal->parts[i] = text_safe((const char *)ASN1_STRING_get0_data(value),
						       (size_t)ASN1_STRING_length(value));
}

void
personal_read(struct personal *personal, const X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	*personal = (struct personal){0};
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_OTHERNAME)
			take(personal, name->d.otherName);
	}
	GENERAL_NAMES_free(names);
}

void
personal_free(struct personal *personal)
{
	for (size_t i = 0; i < PERSONAL_PARTS; i++)
		if (personal->parts[i]) {
			OPENSSL_cleanse(personal->parts[i], strlen(personal->parts[i]));
			free(personal->parts[i]);
		}
}

/* ---- the birth date ---- */

/* The first year of each era, AD. */
static const int firsts[ERAS] = {
	[ERA_MEIJI] = 1868,  [ERA_TAISHO] = 1912, [ERA_SHOWA] = 1926,
	[ERA_HEISEI] = 1989, [ERA_REIWA] = 2019,
};

bool
personal_birth(const char *text, struct birth *birth)
{
	int date;

	if (!text || strlen(text) != 9 || strspn(text, "0123456789") != 9 || text[0] < '1' ||
	    text[0] >= '1' + ERAS)
		return false;
	birth->era = (enum era)(text[0] - '1');
	date = (int)strtol(text + 1, NULL, 10);
	birth->day = (struct day){date / 10000, date / 100 % 100, date % 100};
	birth->year = birth->day.year - firsts[birth->era] + 1;
	return day_exists(birth->day) && birth->year >= 1 &&
	       (birth->era + 1 == ERAS || birth->day.year <= firsts[birth->era + 1]) &&
	       day_count(birth->day, day_at(time(NULL))) >= 0;
}

/* ---- substituted characters ---- */

static size_t
char_length(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xC0) == 0x80)
		len++;
	return len;
}

char *
personal_substitutes(const char *text, const char *flags)
{
	char *found = NULL;
	size_t size = 0;
	FILE *out;

	if (!strchr(flags, '1') || !(out = open_memstream(&found, &size)))
		return NULL;
	for (size_t i = 0; *text && flags[i]; i++) {
		size_t len = char_length(text);

		if (flags[i] == '1')
			(void)fprintf(out, "%s%.*s", ftell(out) > 0 ? " " : "", (int)len, text);
		text += len;
	}
	(void)fclose(out);
	return found;
}
