/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/log.h"
#include "token/state.h"

/* The token information is a CK_TOKEN_INFO written out (card fact 2.4). */
enum { INFO_LABEL = 0, INFO_LABEL_SIZE = 32, INFO_MODEL = 64, INFO_SERIAL = 80, INFO_FIELD = 16 };

struct row {
	const char *label;
	enum token_kind kind;
};

static const struct row kinds[] = {
	{"JPKIAPICCTOKEN", TOKEN_JUKI},
	{"JPKIAPICCTOKEN2", TOKEN_MYNUMBER},
	{"JPKIAPGPSETOKEN", TOKEN_ANDROID},
	{"JPKIAPIOSTOKEN", TOKEN_IPHONE},
};

/* Text from a card: printable ASCII only, blanks and NULs behind it taken off. */
static void
copy_text(char *out, const uint8_t *field, size_t size)
{
	size_t len = size;

	while (len > 0 && (field[len - 1] == ' ' || field[len - 1] == '\0'))
		len--;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(field[i] > ' ' && field[i] <= '~' ? field[i] : '?');
	out[len] = '\0';
}

/* A label that is not in the table is some later My Number card: the application is the same. */
static enum token_kind
kind_of(const uint8_t *info)
{
	char label[INFO_LABEL_SIZE + 1];

	copy_text(label, info + INFO_LABEL, INFO_LABEL_SIZE);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(label, kinds[i].label) == 0)
			return kinds[i].kind;
	return TOKEN_MYNUMBER;
}

static enum result
read_token_info(struct token *t, enum token_kind *kind)
{
	uint8_t info[LAYOUT_TOKEN_INFO_SIZE] = {0};
	size_t got;
	enum result r = files_read_small(t, LAYOUT_EF_TOKEN_INFO, sizeof info, info, &got);

	*kind = TOKEN_MYNUMBER;
	if (!work_is_answer(r))
		return r;
	if (r == RESULT_OK && got == sizeof info) {
		*kind = kind_of(info);
		copy_text(t->model, info + INFO_MODEL, INFO_FIELD);
		copy_text(t->info_serial, info + INFO_SERIAL, INFO_FIELD);
	}
	return RESULT_OK;
}

/*
 * A card without the file that tells which certificates it has (older cards and phones may be
 * so): the authentication certificate can be looked at; the other shows itself at login.
 */
static enum result
guess_availability(struct token *t)
{
	enum result r = files_read_head(t);

	t->keys[LAYOUT_SIGN].present = true;
	t->keys[LAYOUT_AUTH].present = r == RESULT_SECURITY_STATUS ||
	                               (r == RESULT_OK && t->head[0] == 0x30);
	return work_is_answer(r) ? RESULT_OK : r;
}

static enum result
read_availability(struct token *t)
{
	uint8_t bytes[LAYOUT_AVAILABILITY_SIZE] = {0};
	size_t got;
	enum result r =
		files_read_small(t, LAYOUT_EF_AVAILABILITY, sizeof bytes, bytes, &got);

	if (!work_is_answer(r))
		return r;
	if (r != RESULT_OK)
		return guess_availability(t);
	for (int k = 0; k < LAYOUT_KEYS; k++) {
		size_t at = layout_roles[k].availability;

		t->keys[k].present = at < got && bytes[at] == LAYOUT_AVAILABLE;
	}
	return RESULT_OK;
}

enum result
look_at_card(struct token *t)
{
	enum token_kind kind;
	enum result r = read_availability(t);

	if (r == RESULT_OK)
		r = read_token_info(t, &kind);
	if (r != RESULT_OK)
		return r;
	for (int k = 0; k < LAYOUT_KEYS; k++)
		t->keys[k].is_private = layout_roles[k].certificate_private ||
		                        kind == TOKEN_ANDROID || kind == TOKEN_IPHONE;
	t->kind = kind;
	if (kind == TOKEN_JUKI) {
		log_line(LOG_LEVEL_INFO, "%s: an old Juki card, left alone",
		         link_reader(t->link));
		return RESULT_NOT_JPKI;
	}
	return RESULT_OK;
}
