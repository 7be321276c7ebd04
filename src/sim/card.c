/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card.h"

#include "sim/card-chip.h"
#include "sim/error.h"
#include "sim/files.h"
#include "sim/pki.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- the card's data: card.json, and the files built from it ---- */

static void
free_bytes(struct sim_bytes *bytes)
{
	free(bytes->bytes);
	bytes->bytes = NULL;
	bytes->len = 0;
}

static void
free_data(struct sim_chip_data *data)
{
	for (int i = 0; i < SIM_PIN_COUNT; i++) {
		EVP_PKEY_free(data->key[i]);
		free_bytes(&data->certificate[i]);
		free_bytes(&data->ca[i]);
	}
	for (int i = 0; i < SIM_CONTENT_COUNT; i++)
		free_bytes(&data->content[i]);
	memset(data, 0, sizeof(*data));
}

static bool
read_text(const json_t *file, const char *name, char *text, size_t room)
{
	const json_t *value = json_object_get(file, name);

	if (!json_is_string(value) || json_string_length(value) >= room)
		return false;
	memcpy(text, json_string_value(value), json_string_length(value) + 1);
	return true;
}

static bool
read_kind(const json_t *file, enum sim_card_kind *kind)
{
	static const char *const names[] = {"card", "phone", "iphone", "foreign"};
	const char *name = json_string_value(json_object_get(file, "kind"));

	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0) {
			*kind = (enum sim_card_kind)i;
			return true;
		}
	return false;
}

/* "auth" or "sign": { "ca", "certificate", "key" }; the last two are null when absent. */
static bool
read_key(const json_t *entry, struct sim_chip_data *data, enum sim_pin which)
{
	const json_t *certificate = json_object_get(entry, "certificate");
	const char *pem = json_string_value(json_object_get(entry, "key"));

	data->ca[which].bytes =
		sim_json_get_bytes(json_object_get(entry, "ca"), &data->ca[which].len);
	if (!data->ca[which].bytes || data->ca[which].len > SIM_EF_CA_SIZE)
		return false;
	data->has[which] = !json_is_null(certificate);
	if (!data->has[which])
		return true;
	data->certificate[which].bytes =
		sim_json_get_bytes(certificate, &data->certificate[which].len);
	data->key[which] = pem ? sim_pki_key_from_pem(pem) : NULL;
	return data->key[which] && data->certificate[which].bytes &&
	       data->certificate[which].len <= SIM_EF_CERTIFICATE_SIZE;
}

static bool
read_data(const char *dir, struct sim_chip_data *data, char **error)
{
	char *path = sim_file_path(dir, "card.json");
	json_t *file = path ? sim_file_read_json(path, error) : NULL;
	bool ok = file != NULL;

	memset(data, 0, sizeof(*data));
	if (ok &&
	    !(read_kind(file, &data->kind) &&
	      read_text(file, "label", data->label, sizeof(data->label)) &&
	      read_text(file, "number", data->number, sizeof(data->number)) &&
	      read_text(file, "municipality", data->municipality, sizeof(data->municipality)) &&
	      read_text(file, "expiry", data->expiry, sizeof(data->expiry)) &&
	      read_key(json_object_get(file, "auth"), data, SIM_PIN_AUTH) &&
	      read_key(json_object_get(file, "sign"), data, SIM_PIN_SIGN)))
		ok = sim_error_set(error, "%s is damaged: an entry is missing or unsound", path);
	json_decref(file);
	free(path);
	if (!ok)
		free_data(data);
	return ok;
}

/* A file of `size` bytes that begins with `head`. */
static bool
fill_file(struct sim_bytes *file, const struct sim_bytes *head, size_t size, uint8_t filler)
{
	file->bytes = malloc(size);
	if (!file->bytes)
		return false;
	file->len = size;
	memset(file->bytes, filler, size);
	if (head->bytes)
		memcpy(file->bytes, head->bytes, head->len);
	return true;
}

static void
put_padded(uint8_t *field, size_t size, const char *text)
{
	for (size_t i = 0; i < size; i++)
		field[i] = *text ? (uint8_t)*text++ : ' ';
}

static void
put_number(uint8_t *field, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		field[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* EF 0006: PKCS #11's CK_TOKEN_INFO with big-endian numbers, 160 bytes. */
static void
write_token_info(uint8_t info[160], const char *label)
{
	static const uint8_t versions[] = {'0', '3', '0', '1'}; /* hardware, firmware */

	put_padded(info, 32, label);
	put_padded(info + 32, 32, "00000000000000000000000000000001");
	put_padded(info + 64, 16, "E16R01NJ");
	put_padded(info + 80, 16, "0000000020500003");
	put_number(info + 96, 0x0000040D); /* flags */
	put_number(info + 100, 1);	   /* sessions: at most, now */
	put_number(info + 104, 0);
	put_number(info + 108, 1); /* R/W sessions: at most, now */
	put_number(info + 112, 0);
	put_number(info + 116, 16); /* PIN length: at most, at least */
	put_number(info + 120, 6);
	memset(info + 124, 0xFF, 16); /* memory: not said */
	memcpy(info + 140, versions, sizeof(versions));
	memset(info + 144, '9', 16);
}

static bool
build_files(struct sim_chip_data *data, const struct sim_switches *switches)
{
	uint8_t filler = switches->value[SIM_SW_FILLER] ? 0x00 : 0xFF;
	uint8_t info[160];
	uint8_t available[3] = {data->has[SIM_PIN_SIGN] ? 0x8F : 0x00,
				data->has[SIM_PIN_AUTH] ? 0x8F : 0x00, 0x00};
	bool absent_missing = switches->value[SIM_SW_ABSENT_CERTIFICATE] == 1;
	const struct {
		struct sim_bytes head;
		size_t size;
		bool there;
	} plan[SIM_CONTENT_COUNT] = {
		[SIM_EF_SIGN_CERTIFICATE] = {data->certificate[SIM_PIN_SIGN],
					     SIM_EF_CERTIFICATE_SIZE,
					     data->has[SIM_PIN_SIGN] || !absent_missing},
		[SIM_EF_SIGN_CA] = {data->ca[SIM_PIN_SIGN], SIM_EF_CA_SIZE, true},
		[SIM_EF_TOKEN_INFO] = {{info, sizeof(info)}, sizeof(info), true},
		[SIM_EF_AVAILABILITY] = {{available, sizeof(available)},
					 sizeof(available),
					 switches->value[SIM_SW_EF_0008] == 0},
		[SIM_EF_AUTH_CERTIFICATE] = {data->certificate[SIM_PIN_AUTH],
					     SIM_EF_CERTIFICATE_SIZE,
					     data->has[SIM_PIN_AUTH] || !absent_missing},
		[SIM_EF_AUTH_CA] = {data->ca[SIM_PIN_AUTH], SIM_EF_CA_SIZE, true},
	};
	bool ok = true;

	write_token_info(info, data->label);
	for (int i = 0; i < SIM_CONTENT_COUNT; i++) {
		free_bytes(&data->content[i]);
		if (plan[i].there)
			ok = fill_file(&data->content[i], &plan[i].head, plan[i].size, filler) &&
			     ok;
	}
	return ok;
}

/* Reads everything in the folder; the card is unchanged on failure. */
static bool
load(struct sim_card *card, char **error)
{
	struct sim_chip_data data;
	struct sim_switches switches;

	if (!sim_switches_read(card->dir, &switches, error) || !read_data(card->dir, &data, error))
		return false;
	if (!build_files(&data, &switches)) {
		free_data(&data);
		return sim_error_set(error, "out of memory");
	}
	free_data(&card->data);
	card->data = data;
	card->switches = switches;
	return true;
}

/* ---- PINs and counters, which other processes may change too ---- */

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the PINs again if the file is not the one last seen. */
static bool
refresh_pins(struct sim_card *card, char **error)
{
	char *path = sim_file_path(card->dir, "pins.json");
	struct sim_card_pin pins[SIM_PIN_COUNT];
	struct stat now;
	bool ok = path && stat(path, &now) == 0;

	if (!ok)
		sim_error_set(error, "cannot read %s/pins.json: %s", card->dir, strerror(errno));
	if (ok && !same_file(&now, &card->pins_stat)) {
		ok = sim_pins_read(card->dir, pins, error);
		if (ok) {
			memcpy(card->pin, pins, sizeof(pins));
			card->pins_stat = now;
		}
	}
	free(path);
	return ok;
}

static bool
lock_pins(struct sim_card *card)
{
	int result;

	do
		result = flock(card->lock, LOCK_EX);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

bool
sim_chip_pins_begin(struct sim_card *card)
{
	if (!lock_pins(card))
		return false;
	if (refresh_pins(card, NULL))
		return true;
	sim_chip_pins_end(card);
	return false;
}

bool
sim_chip_pins_save(struct sim_card *card)
{
	return sim_pins_write(card->dir, card->pin, &card->pins_stat, NULL);
}

void
sim_chip_pins_end(struct sim_card *card)
{
	(void)flock(card->lock, LOCK_UN);
}

/* ---- the interface ---- */

struct sim_card *
sim_card_open(const char *dir, char **error)
{
	struct sim_card *card = calloc(1, sizeof(*card));
	char *lock_path = sim_file_path(dir, "lock");

	sim_pki_init();
	if (card)
		card->lock = -1;
	if (card && lock_path)
		card->dir = strdup(dir);
	if (!card || !card->dir) {
		sim_error_set(error, "out of memory");
		goto failed;
	}
	/* O_CREAT would make one in any folder, so look for the card itself first. */
	if (!load(card, error) || !refresh_pins(card, error))
		goto failed;
	card->lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (card->lock < 0) {
		sim_error_set(error, "cannot open %s: %s", lock_path, strerror(errno));
		goto failed;
	}
	free(lock_path);
	return card;
failed:
	free(lock_path);
	sim_card_free(card);
	return NULL;
}

void
sim_card_free(struct sim_card *card)
{
	if (!card)
		return;
	free_data(&card->data);
	if (card->lock >= 0)
		close(card->lock);
	free(card->dir);
	OPENSSL_cleanse(card->pin, sizeof(card->pin));
	free(card);
}

uint32_t
sim_chip_switch(const struct sim_card *card, enum sim_switch which)
{
	return card->switches.value[which];
}

size_t
sim_card_atr(const struct sim_card *card, uint8_t atr[SIM_ATR_MAX])
{
	/* In the order of the switch's values, the default first. */
	static const char *const atrs[] = {
		"3B888001000005E0B381A1007F",
		"3BE000FF8131FE4514",
		"3BDA13FF8131FB468012392F31C173C601C03B",
		"3BC5FF8131FB458073C6010000",
		"3BF59100FF918171FE400042000100D1D6",
		"3BF59100FF918171FE4000420001B3A115",
		"3B888001000041E0B381A1003B",
		"3B888001004B51FF0081D100BC",
		"3B888001004B51FFB381D1000F",
	};
	size_t len = 0;

	OPENSSL_hexstr2buf_ex(atr, SIM_ATR_MAX, &len, atrs[sim_chip_switch(card, SIM_SW_ATR)],
			      '\0');
	return len;
}

void
sim_chip_forget(struct sim_card *card)
{
	card->app = NULL;
	card->ef = NULL;
	memset(card->presented, 0, sizeof(card->presented));
}

void
sim_card_power_on(struct sim_card *card)
{
	if (card->powered)
		return;
	sim_chip_forget(card);
	card->powered = true;
	card->first_command = true;
}

void
sim_card_power_off(struct sim_card *card)
{
	sim_chip_forget(card);
	card->powered = false;
}

void
sim_card_reset(struct sim_card *card)
{
	bool presented[SIM_PIN_COUNT];

	if (!card->powered) {
		sim_card_power_on(card);
		return;
	}
	if (sim_chip_switch(card, SIM_SW_LOGIN_AT_RESET) == 0)
		memcpy(presented, card->presented, sizeof(presented));
	else
		memset(presented, 0, sizeof(presented));
	sim_chip_forget(card);
	memcpy(card->presented, presented, sizeof(presented));
}

unsigned int
sim_card_tries(const struct sim_card *card, enum sim_pin pin)
{
	return card->pin[pin].tries;
}

unsigned int
sim_card_tries_allowed(enum sim_pin pin)
{
	return pin == SIM_PIN_AUTH ? 3 : 5;
}

bool
sim_card_set_tries(struct sim_card *card, enum sim_pin pin, unsigned int left, char **error)
{
	bool ok;

	if (left > sim_card_tries_allowed(pin))
		return sim_error_set(error, "this PIN has at most %u tries",
				     sim_card_tries_allowed(pin));
	if (!sim_chip_pins_begin(card))
		return sim_error_set(error, "cannot read the PINs in %s", card->dir);
	card->pin[pin].tries = left;
	if (left == 0)
		card->presented[pin] = false;
	ok = sim_pins_write(card->dir, card->pin, &card->pins_stat, error);
	sim_chip_pins_end(card);
	return ok;
}

bool
sim_card_is_open(const struct sim_card *card, enum sim_pin pin)
{
	return card->powered && card->presented[pin];
}

bool
sim_card_pin_is(const struct sim_card *card, enum sim_pin pin, const char *text)
{
	return card->pin[pin].set && strcmp(card->pin[pin].text, text) == 0;
}

bool
sim_card_set_switch(struct sim_card *card, const char *name, const char *value, char **error)
{
	struct sim_switches changed;

	/* The folder's, not ours: another process may have set one since. */
	if (!lock_pins(card))
		return sim_error_set(error, "cannot lock %s: %s", card->dir, strerror(errno));
	if (!sim_switches_read(card->dir, &changed, error) ||
	    !sim_switches_set(&changed, name, value, error) ||
	    !sim_switches_write(card->dir, &changed, error)) {
		sim_chip_pins_end(card);
		return false;
	}
	sim_chip_pins_end(card);
	card->switches = changed;
	if (!build_files(&card->data, &changed))
		return sim_error_set(error, "out of memory");
	return true;
}

bool
sim_card_reload(struct sim_card *card, char **error)
{
	return load(card, error) && refresh_pins(card, error);
}
