/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/personal.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

static const char *const eras[ERAS] = {
	[ERA_MEIJI] = N_("Meiji"),   [ERA_TAISHO] = N_("Taisho"), [ERA_SHOWA] = N_("Showa"),
	[ERA_HEISEI] = N_("Heisei"), [ERA_REIWA] = N_("Reiwa"),
};

char *
birth_text(const char *text)
{
	struct birth birth;

	if (!personal_birth(text, &birth))
		return text ? strdup(text) : NULL;
	return text_made(_("%.4s-%.2s-%.2s (%s %d)"), text + 1, text + 5, text + 7,
			 _(eras[birth.era]), birth.year);
}

/* A name or an address, and which of its characters stand for others. */
static void
show_text(const char *label, const char *text, const char *flags)
{
	char *found = text && flags ? personal_substitutes(text, flags) : NULL;

	screen_row(label, MARK_NONE, text ? text : "?");
	if (found)
		screen_rowf(_("Substitutes in it"), MARK_NONE,
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
personal_show(const X509 *certificate)
{
	struct personal personal;
	char **parts = personal.parts, *birth;
	struct birth known;

	personal_read(&personal, certificate);
	birth = birth_text(parts[PERSONAL_BIRTH]);
	show_text(_("Name"), parts[PERSONAL_NAME], parts[PERSONAL_NAME_FLAGS]);
	show_text(_("Address"), parts[PERSONAL_ADDRESS], parts[PERSONAL_ADDRESS_FLAGS]);
	if (birth && !personal_birth(parts[PERSONAL_BIRTH], &known))
		screen_rowf(_("Birth date"), MARK_CAUTION, _("not a date: %s"), birth);
	else
		screen_row(_("Birth date"), MARK_NONE, birth ? birth : "?");
	screen_row(_("Sex"), MARK_NONE, parts[PERSONAL_SEX] ? sex_text(parts[PERSONAL_SEX]) : "?");
	if (birth)
		OPENSSL_cleanse(birth, strlen(birth));
	free(birth);
	personal_free(&personal);
}
