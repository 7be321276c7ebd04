/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/log.h"
#include "token/digest.h"
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

/* RESULT_CARD_ERROR: less than the whole, or none; asked for once more, since a card may be known
 * by it. */
static enum result
read_info(struct token *t, uint8_t info[LAYOUT_TOKEN_INFO_SIZE])
{
	size_t got;
	enum result r;

	for (int times = 0; times < 2; times++) {
		r = files_read_small(t, LAYOUT_EF_TOKEN_INFO, LAYOUT_TOKEN_INFO_SIZE, info, &got);
		if (!work_is_answer(r) || (r == RESULT_OK && got == LAYOUT_TOKEN_INFO_SIZE))
			return r;
	}
	return RESULT_CARD_ERROR;
}

enum result
look_read_info(struct token *t)
{
	uint8_t info[LAYOUT_TOKEN_INFO_SIZE] = {0};
	enum result r;

	if (t->have_info)
		return RESULT_OK;
	r = read_info(t, info);
	if (!work_is_answer(r))
		return r;
	if (r == RESULT_OK) {
		t->kind = kind_of(info);
		if (t->kind == TOKEN_JUKI && t->keys[LAYOUT_AUTH].present)
			t->kind = TOKEN_MYNUMBER;
		copy_text(t->model, info + INFO_MODEL, INFO_FIELD);
		copy_text(t->info_serial, info + INFO_SERIAL, INFO_FIELD);
	}
	t->have_info = true;
	return RESULT_OK;
}

static void
make_id(struct token *t, struct bytes from)
{
	uint8_t hash[DIGEST_SIZE_MAX];

	(void)digest_of(DIGEST_SHA256, from, hash);
	memcpy(t->id, hash, sizeof t->id);
	t->have_id = true;
}

/* Without a certificate to be read: where the card is, and what it says of itself. */
static enum result
make_id_of_info(struct token *t)
{
	struct {
		char reader[PCSC_READER_NAME_MAX], model[INFO_FIELD], serial[INFO_FIELD];
	} id = {{0}, {0}, {0}};
	enum result r = look_read_info(t);

	if (r != RESULT_OK)
		return r;
	(void)stpncpy(id.reader, link_reader(t->link), sizeof id.reader);
	(void)stpncpy(id.model, t->model, sizeof id.model);
	(void)stpncpy(id.serial, t->info_serial, sizeof id.serial);
	make_id(t, (struct bytes){(const uint8_t *)&id, sizeof id});
	return RESULT_OK;
}

/*
 * The card's own answer tells whether the log-in certificate takes a PIN. A refusal is asked for
 * until it is the same twice: a card without a head would be another card.
 */
static enum result
read_head(struct token *t)
{
	enum result r = files_read_head(t), before = RESULT_OK;

	for (int i = 0; i < 2 && work_is_answer(r) && r != RESULT_OK && r != before; i++) {
		before = r;
		r = files_read_head(t);
	}
	if (r == RESULT_OK && t->head[0] == LAYOUT_CERTIFICATE_TAG)
		make_id(t, (struct bytes){t->head, sizeof t->head});
	return r;
}

/*
 * A card without the file that tells which certificates it has (older cards and phones may be
 * so): the authentication certificate can be looked at; the other shows itself at login. Without
 * either, EF 0006 is to tell whose card it is.
 */
static enum result
guess_availability(struct token *t)
{
	enum result r = read_head(t);

	t->keys[LAYOUT_SIGN].present = true;
	t->keys[LAYOUT_AUTH].present = r == RESULT_SECURITY_STATUS ||
				       (r == RESULT_OK && t->head[0] == LAYOUT_CERTIFICATE_TAG);
	if (!t->keys[LAYOUT_AUTH].present)
		t->kind = TOKEN_UNKNOWN;
	return work_is_answer(r) ? RESULT_OK : r;
}

static enum result
read_availability(struct token *t)
{
	uint8_t bytes[LAYOUT_AVAILABILITY_SIZE] = {0};
	size_t got;
	enum result r = files_read_small(t, LAYOUT_EF_AVAILABILITY, sizeof bytes, bytes, &got);

	if (!work_is_answer(r))
		return r;
	t->kind = TOKEN_MYNUMBER;
	if (r != RESULT_OK)
		return guess_availability(t);
	for (int k = 0; k < LAYOUT_KEYS; k++) {
		size_t at = layout_roles[k].availability;

		t->keys[k].present = at < got && bytes[at] == LAYOUT_AVAILABLE;
	}
	return RESULT_OK;
}

/*
 * EF 0006 is left for when somebody asks for what is in it, but where there is no log-in
 * certificate: so are old Juki cards, which name themselves there.
 */
enum result
look_at_card(struct token *t)
{
	const struct state_key *auth = &t->keys[LAYOUT_AUTH];
	enum result r = read_availability(t);

	if (r != RESULT_OK)
		return r;
	if (!auth->present)
		r = look_read_info(t);
	else if (!t->have_head && !auth->is_private)
		r = read_head(t);
	if (!work_is_answer(r))
		t->kind = TOKEN_UNKNOWN;
	if (t->kind == TOKEN_JUKI) {
		log_line(LOG_LEVEL_INFO, "%s: an old Juki card, left alone", link_reader(t->link));
		return RESULT_NOT_JPKI;
	}
	if (work_is_answer(r) && t->kind == TOKEN_UNKNOWN)
		return RESULT_NOT_FOUND;
	return work_is_answer(r) ? RESULT_OK : r;
}

enum result
look_know_card(struct token *t)
{
	enum result r = RESULT_OK;

	if (t->have_head && t->shown && !t->keys[LAYOUT_AUTH].is_private)
		r = read_head(t);
	if (r == RESULT_SECURITY_STATUS)
		r = RESULT_CARD_CHANGED;
	if (r == RESULT_OK && !t->have_id)
		r = make_id_of_info(t);
	t->shown |= r == RESULT_OK;
	return r;
}
