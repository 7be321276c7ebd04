/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/personal.h"

#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

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
			personal->parts[i] = screen_safe((const char *)ASN1_STRING_get0_data(value),
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

static const struct {
	const char *name;
	int first; /* year AD */
} eras[] = {
	{N_("Meiji"), 1868},  {N_("Taisho"), 1912}, {N_("Showa"), 1926},
	{N_("Heisei"), 1989}, {N_("Reiwa"), 2019},
};

static int
number(const char *digits, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++)
		value = 10 * value + (digits[i] - '0');
	return value;
}

/* An era and a day that there was, not before the era's first year nor after today. */
static bool
is_birth(const char *text)
{
	struct day day;
	size_t era = (size_t)(text[0] - '1');

	if (strlen(text) != 9 || strspn(text, "0123456789") != 9 ||
	    era >= sizeof eras / sizeof eras[0])
		return false;
	day = (struct day){number(text + 1, 4), number(text + 5, 2), number(text + 7, 2)};
	return day_exists(day) && day.year >= eras[era].first &&
	       (era + 1 == sizeof eras / sizeof eras[0] || day.year <= eras[era + 1].first) &&
	       day_count(day, day_at(time(NULL))) >= 0;
}

const char *
personal_birth_day(const char *text, char day[DAY_TEXT])
{
	if (!text || !is_birth(text))
		return text;
	(void)snprintf(day, DAY_TEXT, "%.4s-%.2s-%.2s", text + 1, text + 5, text + 7);
	return day;
}

char *
personal_birth(const char *text)
{
	size_t era = (size_t)(text[0] - '1');
	char *words;

	if (!is_birth(text))
		return strdup(text);
	if (asprintf(&words, _("%.4s-%.2s-%.2s (%s %d)"), text + 1, text + 5, text + 7,
		     _(eras[era].name), number(text + 1, 4) - eras[era].first + 1) < 0)
		return NULL;
	return words;
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

/* ---- the screen ---- */

static void
show_substitutes(const char *label, int width, const char *text, const char *flags)
{
	char *found = text && flags ? personal_substitutes(text, flags) : NULL;

	if (found)
		screen_rowf(label, width, MARK_NONE,
			    _("%s (written for characters that the certificate cannot hold)"),
			    found);
	free(found);
}

static const char *
sex_text(const char *sex)
{
	if (strcmp(sex, "1") == 0)
		return _("male");
	return strcmp(sex, "2") == 0 ? _("female") : sex;
}

void
personal_show(const X509 *certificate, int width)
{
	struct personal personal;
	char **parts = personal.parts, *birth;

	personal_read(&personal, certificate);
	birth = parts[PERSONAL_BIRTH] ? personal_birth(parts[PERSONAL_BIRTH]) : NULL;
	screen_row(_("Name"), width, MARK_NONE, parts[PERSONAL_NAME] ? parts[PERSONAL_NAME] : "?");
	show_substitutes(_("Substitutes in it"), width, parts[PERSONAL_NAME],
			 parts[PERSONAL_NAME_FLAGS]);
	screen_row(_("Address"), width, MARK_NONE,
		   parts[PERSONAL_ADDRESS] ? parts[PERSONAL_ADDRESS] : "?");
	show_substitutes(_("Substitutes in it"), width, parts[PERSONAL_ADDRESS],
			 parts[PERSONAL_ADDRESS_FLAGS]);
	if (birth && !is_birth(parts[PERSONAL_BIRTH]))
		screen_rowf(_("Birth date"), width, MARK_CAUTION, _("not a date: %s"), birth);
	else
		screen_row(_("Birth date"), width, MARK_NONE, birth ? birth : "?");
	screen_row(_("Sex"), width, MARK_NONE,
		   parts[PERSONAL_SEX] ? sex_text(parts[PERSONAL_SEX]) : "?");
	if (birth)
		OPENSSL_cleanse(birth, strlen(birth));
	free(birth);
	personal_free(&personal);
}
