/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/log.h"
#include "card/card.h"
#include "token/state.h"

static enum result
read_first_once(struct token *t, uint16_t file, size_t want, uint8_t *out, size_t *got)
{
	enum result r;

	if (t->short_read != TOKEN_LEARNT_NO) {
		r = card_read(t->link, (uint8_t)file, 0, want, out, got);
		if (r == RESULT_OK)
			t->short_read = TOKEN_LEARNT_YES;
		if (r == RESULT_OK || t->short_read == TOKEN_LEARNT_YES || !work_is_answer(r))
			return r;
	}
	/* Refused: is it the short id, or the file? A file that can be selected tells. */
	r = card_select_file(t->link, file);
	if (r != RESULT_OK)
		return r;
	r = card_read(t->link, 0, 0, want, out, got);
	if (r == RESULT_OK && t->short_read == TOKEN_NOT_LEARNT)
		t->short_read = TOKEN_LEARNT_NO;
	return r;
}

/* The first `want` bytes of a file, addressed as this card allows; the file becomes current. */
static enum result
read_first(struct token *t, uint16_t file, size_t want, uint8_t *out, size_t *got)
{
	enum result r;

	do
		r = read_first_once(t, file, want, out, got);
	while (work_asks_again(t, &r));
	return r;
}

enum result
files_read_small(struct token *t, uint16_t file, size_t size, uint8_t *out, size_t *got)
{
	return read_first(t, file, size, out, got);
}

/*
 * Keeps the head, or compares it with the one that is kept: another one within the same insertion,
 * by pcscd's count, is another card, its reader unplugged and plugged in meanwhile.
 */
static enum result
note_head(struct token *t, const uint8_t head[STATE_HEAD_SIZE])
{
	if (t->have_head && memcmp(head, t->head, STATE_HEAD_SIZE) != 0)
		return RESULT_CARD_CHANGED;
	memcpy(t->head, head, STATE_HEAD_SIZE);
	t->have_head = true;
	return RESULT_OK;
}

/* Cut short (a warning, 6Cxx), the head may be a slip of the tongue: the file is longer (card
 * fact 2.2). */
enum result
files_read_head(struct token *t)
{
	const uint16_t file = layout_roles[LAYOUT_AUTH].certificate_file;
	struct state_key *auth = &t->keys[LAYOUT_AUTH];
	uint8_t head[STATE_HEAD_SIZE] = {0};
	size_t got;
	enum result r = read_first(t, file, sizeof head, head, &got);

	if (r == RESULT_OK && got < sizeof head) {
		memset(head, 0, sizeof head);
		r = read_first(t, file, sizeof head, head, &got);
	}
	if (r == RESULT_OK && got == 0)
		r = RESULT_CARD_ERROR;
	if (work_is_answer(r) && !t->have_head)
		auth->is_private = r == RESULT_SECURITY_STATUS;
	return r == RESULT_OK ? note_head(t, head) : r;
}

/* Reads up to the length that the certificate itself states: behind it is filler. */
static enum result
read_whole(struct token *t, uint16_t file, struct secret *buffer)
{
	size_t got = 0, total, want;
	enum result r = read_first(t, file, STATE_HEAD_SIZE, buffer->data, &got);

	if (r != RESULT_OK)
		return r;
	buffer->len = got;
	if (file == layout_roles[LAYOUT_AUTH].certificate_file)
		r = note_head(t, buffer->data);
	if (r != RESULT_OK)
		return r;
	total = certificate_length(secret_bytes(buffer), buffer->size);
	if (total == 0)
		return RESULT_BAD_CERTIFICATE;
	while (buffer->len < total) {
		want = total - buffer->len < 256 ? total - buffer->len : 256;
		r = card_read(t->link, 0, buffer->len, want, buffer->data + buffer->len, &got);
		if (r == RESULT_PAST_END)
			return RESULT_BAD_CERTIFICATE;
		if (r != RESULT_OK)
			return r;
		buffer->len += got;
	}
	return RESULT_OK;
}

void
files_forget_certificate(struct state_certificate *c)
{
	secret_free(c->file);
	*c = (struct state_certificate){0};
}

enum result
files_read_certificate(struct token *t, uint16_t file, const char *name,
		       struct state_certificate *c)
{
	const char *why = "no certificate in the file";
	enum result r;

	if (c->file)
		return RESULT_OK;
	if (c->unusable)
		return RESULT_BAD_CERTIFICATE;
	c->file = secret_new(LAYOUT_CERTIFICATE_MAX);
	if (!c->file)
		return RESULT_NO_MEMORY;
	r = read_whole(t, file, c->file);
	if (r == RESULT_OK)
		r = certificate_parse(&c->fields, secret_bytes(c->file), &why);
	if (r == RESULT_OK)
		return r;
	files_forget_certificate(c);
	if (r == RESULT_BAD_CERTIFICATE || r == RESULT_NOT_FOUND) {
		c->unusable = true;
		log_line(LOG_LEVEL_ERROR, "%s: the %s certificate cannot be used: %s",
			 link_reader(t->link), name,
			 r == RESULT_NOT_FOUND ? "the file is missing" : why);
		return RESULT_BAD_CERTIFICATE;
	}
	return r;
}
