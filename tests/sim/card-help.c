/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/card-help.h"

#include <errno.h>
#include <ftw.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/card/chip.h"

static char folder[128];
static struct sim_store *store;
static char last_dir[256];

/* 2026-11-21 09:00 in Japan */
const struct sim_make_options help_options = {.seed = "test", .now = 1795219200};

int
help_begin(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%s/jpki-sim-test-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		perror(folder);
		exit(99);
	}
	return 0;
}

const char *
help_folder(void)
{
	return folder;
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return remove(path);
}

int
help_end(void **state)
{
	(void)state;
	sim_store_free(store);
	store = NULL;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static void
die(const char *what, char *error)
{
	print_error("%s: %s\n", what, error ? error : "?");
	free(error);
	fail();
}

struct sim_store *
help_store(void)
{
	char dir[160];
	char *error = NULL;

	if (store)
		return store;
	snprintf(dir, sizeof dir, "%s/state", folder);
	store = sim_store_open(dir, &error);
	if (!store)
		die("store", error);
	return store;
}

static void
copy_file(const char *from_dir, const char *to_dir, const char *name)
{
	char path[512], buffer[4096];
	FILE *from, *to;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", from_dir, name);
	from = fopen(path, "rb");
	assert_non_null(from);
	snprintf(path, sizeof path, "%s/%s", to_dir, name);
	to = fopen(path, "wb");
	assert_non_null(to);
	while ((len = fread(buffer, 1, sizeof buffer, from)) > 0)
		assert_int_equal(fwrite(buffer, 1, len, to), len);
	fclose(from);
	assert_int_equal(fclose(to), 0);
}

/* Making a card takes a while, so each is made once and copied for every test. */
struct sim_card *
help_card(const char *person)
{
	static unsigned int number;
	char *error = NULL;
	char *dir = sim_store_card_dir(help_store(), person, &error);
	struct sim_card *card;

	free(error);
	error = NULL;
	if (!dir) {
		if (!sim_store_make_card(help_store(), person, person, &help_options, &error))
			die(person, error);
		dir = sim_store_card_dir(help_store(), person, &error);
	}
	snprintf(last_dir, sizeof last_dir, "%s/copy-%u", folder, number++);
	assert_int_equal(mkdir(last_dir, 0700), 0);
	copy_file(dir, last_dir, "card.json");
	copy_file(dir, last_dir, "pins.json");
	copy_file(dir, last_dir, "switches.json");
	free(dir);
	card = sim_card_open(last_dir, &error);
	if (card)
		sim_card_power_on(card);
	else
		die(person, error);
	return card;
}

struct sim_card *
help_jpki(const char *person)
{
	struct sim_card *card = help_card(person);

	assert_sw(card, SELECT_JPKI, 0x9000);
	return card;
}

void
help_free(struct sim_card *card)
{
	sim_card_free(card);
}

const char *
help_last_dir(void)
{
	return last_dir;
}

bool
help_pin_is(const struct sim_card *card, enum sim_pin pin, const char *text)
{
	return card->pin[pin].set && strcmp(card->pin[pin].text, text) == 0;
}

struct answer
send_bytes(struct sim_card *card, const uint8_t *command, size_t len)
{
	uint8_t response[SIM_RESPONSE_MAX];
	size_t got = sim_card_transmit(card, command, len, response);
	struct answer answer = {.len = got - 2};

	assert_true(got >= 2 && got <= SIM_RESPONSE_MAX);
	memcpy(answer.data, response, got - 2);
	answer.sw = (unsigned int)(response[got - 2] << 8 | response[got - 1]);
	return answer;
}

static size_t
parse_hex(const char *hex, uint8_t *bytes, size_t room)
{
	size_t len = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert_true(len < room && hex[1]);
		bytes[len++] = (uint8_t)(OPENSSL_hexchar2int((unsigned char)hex[0]) << 4 |
					 OPENSSL_hexchar2int((unsigned char)hex[1]));
		hex++;
	}
	return len;
}

struct answer
send_hex(struct sim_card *card, const char *hex)
{
	uint8_t command[300];

	return send_bytes(card, command, parse_hex(hex, command, sizeof command));
}

struct answer
send_body(struct sim_card *card, const char *head, const uint8_t *body, size_t len, int with_le)
{
	uint8_t command[300];
	size_t at = parse_hex(head, command, 4);

	assert_true(len >= 1 && len <= 255);
	command[at++] = (uint8_t)len;
	memcpy(command + at, body, len);
	at += len;
	if (with_le)
		command[at++] = 0;
	return send_bytes(card, command, at);
}

size_t
read_file(struct sim_card *card, unsigned int id, uint8_t *bytes, size_t room)
{
	char hex[40];
	size_t len = 0;

	snprintf(hex, sizeof hex, "00A4020C 02 %04X", id);
	assert_sw(card, hex, 0x9000);
	for (;;) {
		struct answer answer;

		snprintf(hex, sizeof hex, "00B0%04zX 00", len);
		answer = send_hex(card, hex);
		if (answer.sw == 0x6B00)
			return len;
		assert_int_equal(answer.sw, 0x9000);
		assert_true(answer.len > 0 && len + answer.len <= room);
		memcpy(bytes + len, answer.data, answer.len);
		len += answer.len;
	}
}

void
set_switch(struct sim_card *card, const char *name, const char *value)
{
	char *error = NULL;

	if (!sim_card_set_switch(card, name, value, &error))
		die(name, error);
}

X509 *
read_certificate(struct sim_card *card, unsigned int id)
{
	uint8_t file[4096];
	const unsigned char *cursor = file;
	X509 *certificate;

	read_file(card, id, file, sizeof file);
	certificate = d2i_X509(NULL, &cursor, sizeof file);
	assert_non_null(certificate);
	return certificate;
}

struct answer
sign(struct sim_card *card, const char *p1, const char *p2, const uint8_t *data, size_t len)
{
	char head[9];

	snprintf(head, sizeof head, "802A%s%s", p1, p2);
	return send_body(card, head, data, len, 1);
}
