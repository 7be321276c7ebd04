/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fake-card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE 3808
#define SIGNATURE_SIZE 256

enum { APPLICATION_OTHER, APPLICATION_JPKI };

static const struct application {
	uint8_t aid[10];
	size_t len;
	unsigned int is;
} applications[] = {
	{{0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}, 10, APPLICATION_JPKI},
	{{0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}, 10, APPLICATION_OTHER},
	{{0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}, 7, APPLICATION_OTHER},
};

enum { NEEDS_NOTHING = -1, NEEDS_AUTH = 0, NEEDS_SIGN = 1 };

static struct file {
	unsigned int id;
	int needs;
	const char *certificate; /* in the corpus */
	size_t len;
	uint8_t data[FILE_SIZE];
} files[] = {
	{0x01, NEEDS_SIGN, "sign.der", FILE_SIZE, {0}},
	{0x02, NEEDS_NOTHING, "ca.der", FILE_SIZE, {0}},
	{0x06, NEEDS_NOTHING, NULL, 160, "JPKIAPICCTOKEN2 "},
	{0x08, NEEDS_NOTHING, NULL, 3, {0x8f, 0x8f, 0x00}},
	{0x0a, NEEDS_NOTHING, "auth.der", FILE_SIZE, {0}},
	{0x0b, NEEDS_NOTHING, "ca.der", FILE_SIZE, {0}},
};

#define FILES (sizeof files / sizeof files[0])

/* Behind the certificate is filler (card fact 2.2). */
static void
load(struct file *f)
{
	char path[4096];
	FILE *stream;

	(void)snprintf(path, sizeof path, "%s/certificate/%s", CORPUS, f->certificate);
	memset(f->data, 0xff, sizeof f->data);
	stream = fopen(path, "r");
	if (!stream || fread(f->data, 1, sizeof f->data, stream) == 0) {
		perror(path);
		exit(99);
	}
	(void)fclose(stream);
}

static void
load_all(void)
{
	static bool loaded;

	for (size_t i = 0; i < FILES && !loaded; i++)
		if (files[i].certificate)
			load(&files[i]);
	loaded = true;
}

void
fake_card_make(struct fake_card *c, enum fake_card_kind kind)
{
	load_all();
	*c = (struct fake_card){
		.kind = kind,
		.tries = {3, 5},
		.pin = {"1234", "ABC123"},
		.pin_len = {4, 6},
	};
}

void
fake_card_power_off(struct fake_card *c)
{
	c->application = APPLICATION_OTHER;
	c->file = 0;
	c->verified[0] = c->verified[1] = false;
}

static size_t
status(uint8_t *out, size_t len, unsigned int sw)
{
	out[len] = (uint8_t)(sw >> 8);
	out[len + 1] = (uint8_t)sw;
	return len + 2;
}

static unsigned int
select_application(struct fake_card *c, const uint8_t *aid, size_t len)
{
	for (size_t i = 0; i < sizeof applications / sizeof applications[0]; i++) {
		const struct application *a = &applications[i];

		if (a->len != len || memcmp(a->aid, aid, len) != 0)
			continue;
		if (c->kind == (a->is ? FAKE_CARD_FOREIGN : FAKE_CARD_NO_OTHERS))
			break;
		if (a->is == APPLICATION_OTHER)
			fake_card_power_off(c);
		c->application = a->is;
		return 0x9000;
	}
	return 0x6a82;
}

static bool
is_key_or_pin(unsigned int id)
{
	return id == 0x17 || id == 0x18 || id == 0x1a || id == 0x1b;
}

static struct file *
find_file(unsigned int id)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].id == id)
			return &files[i];
	return NULL;
}

static unsigned int
select_file(struct fake_card *c, unsigned int id)
{
	if (c->application != APPLICATION_JPKI || (!find_file(id) && !is_key_or_pin(id)))
		return 0x6a82;
	c->file = id;
	return 0x9000;
}

static size_t
answer_select(struct fake_card *c, const uint8_t *command, size_t len, uint8_t *out)
{
	if (command[2] == 0x04)
		return status(out, 0, select_application(c, command + 5, command[4]));
	if (command[2] == 0x02 && len == 7)
		return status(out, 0, select_file(c, (unsigned int)command[5] << 8 | command[6]));
	return status(out, 0, 0x6a86);
}

static int
needs_pin(const struct fake_card *c, const struct file *f)
{
	return c->kind == FAKE_CARD_ANDROID && f->id == 0x0a ? NEEDS_AUTH : f->needs;
}

/* What cards of other kinds have in their small files. */
static void
change_small(const struct fake_card *c, const struct file *f, uint8_t *out, size_t offset)
{
	if (offset != 0)
		return;
	if (c->kind == FAKE_CARD_NO_SIGNATURE && f->id == 0x08)
		out[0] = 0x00;
	if (c->kind == FAKE_CARD_JUKI && f->id == 0x06)
		out[14] = ' ';
	if (c->kind == FAKE_CARD_ANDROID && f->id == 0x06)
		memcpy(out, "JPKIAPGPSETOKEN", 15);
}

static size_t
answer_read(struct fake_card *c, const uint8_t *command, size_t len, uint8_t *out)
{
	const bool by_short_id = command[2] & 0x80;
	size_t offset = by_short_id ? command[3] : (size_t)command[2] << 8 | command[3];
	size_t want = len == 5 && command[4] ? command[4] : 256;
	unsigned int id = by_short_id ? command[2] & 0x1fU : c->file;
	const struct file *f = find_file(id);

	if (c->application != APPLICATION_JPKI)
		return status(out, 0, 0x6986);
	if (by_short_id && c->kind == FAKE_CARD_NO_SHORT_IDS)
		return status(out, 0, 0x6a86);
	if (!f)
		return status(out, 0, is_key_or_pin(id) ? 0x6981 : 0x6a82);
	c->file = id;
	if (needs_pin(c, f) >= 0 && !c->verified[needs_pin(c, f)])
		return status(out, 0, 0x6982);
	if (offset >= f->len)
		return status(out, 0, 0x6b00);
	want = want < f->len - offset ? want : f->len - offset;
	memcpy(out, f->data + offset, want);
	if (want > 15 || f->len == 3)
		change_small(c, f, out, offset);
	return status(out, want, 0x9000);
}

/* Which of two (PIN or key) is addressed: by short id, or selected before. */
static int
addressed(const struct fake_card *c, unsigned int p2, unsigned int first, unsigned int second)
{
	unsigned int id = p2 == 0x80 ? c->file : p2 & 0x1f;

	if (c->application != APPLICATION_JPKI || (p2 != 0x80 && c->kind == FAKE_CARD_NO_SHORT_IDS))
		return -1;
	return id == first ? 0 : id == second ? 1 : -1;
}

static size_t
answer_verify(struct fake_card *c, const uint8_t *command, size_t len, uint8_t *out)
{
	const int k = addressed(c, command[3], 0x18, 0x1b);

	if (k < 0)
		return status(out, 0, 0x6a86);
	if (len == 4)
		return status(out, 0, 0x63c0 | c->tries[k]);
	if (len == 5)
		return status(out, 0, 0x6700);
	if (c->tries[k] == 0)
		return status(out, 0, 0x6984);
	c->verified[k] =
		len - 5 == c->pin_len[k] && memcmp(command + 5, c->pin[k], c->pin_len[k]) == 0;
	if (c->verified[k]) {
		c->tries[k] = k == 0 ? 3 : 5;
		return status(out, 0, 0x9000);
	}
	c->tries_spent++;
	return status(out, 0, 0x63c0 | --c->tries[k]);
}

static size_t
answer_change(struct fake_card *c, const uint8_t *command, size_t len, uint8_t *out)
{
	const int k = addressed(c, command[3], 0x18, 0x1b);

	if (k < 0 || len < 6 || command[4] > 16)
		return status(out, 0, 0x6a80);
	if (!c->verified[k])
		return status(out, 0, 0x6982);
	c->pin_len[k] = command[4];
	memcpy(c->pin[k], command + 5, command[4]);
	return status(out, 0, 0x9000);
}

static size_t
answer_sign(struct fake_card *c, const uint8_t *command, uint8_t *out)
{
	const int k = addressed(c, command[3], 0x17, 0x1a);
	const unsigned int p1 = command[2];

	if (k < 0)
		return status(out, 0, 0x6a86);
	if (c->kind == FAKE_CARD_PIN_FIRST && !c->verified[k])
		return status(out, 0, 0x6982);
	if (p1 > 5)
		return status(out, 0, 0x6a86);
	if (!c->verified[k])
		return status(out, 0, 0x6982);
	if ((p1 == 4 && command[4] != 32) || command[4] > 245)
		return status(out, 0, 0x6700);
	c->signatures++;
	memset(out, 0x5a, SIGNATURE_SIZE);
	return status(out, SIGNATURE_SIZE, 0x9000);
}

size_t
fake_card_answer(struct fake_card *c, const uint8_t *command, size_t len,
		 uint8_t out[FAKE_CARD_ANSWER_MAX])
{
	if (len < 4)
		return status(out, 0, 0x6700);
	switch (command[1]) {
	case 0xa4:
		return len < 5 ? status(out, 0, 0x6700) : answer_select(c, command, len, out);
	case 0xb0:
		return answer_read(c, command, len, out);
	case 0x20:
		return answer_verify(c, command, len, out);
	case 0x24:
		return answer_change(c, command, len, out);
	case 0x2a:
		return len < 6 ? status(out, 0, 0x6700) : answer_sign(c, command, out);
	default:
		return status(out, 0, 0x6d00);
	}
}
