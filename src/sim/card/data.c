/* SPDX-License-Identifier: BSD-2-Clause */
/* The card's data: card.json, and the files built from it. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/card/chip.h"
#include "sim/pki/pki.h"

static void
free_bytes(struct sim_bytes *bytes)
{
	free(bytes->bytes);
	bytes->bytes = NULL;
	bytes->len = 0;
}

void
sim_chip_free_data(struct sim_chip_data *data)
{
	for (int i = 0; i < SIM_PIN_COUNT; i++) {
		EVP_PKEY_free(data->key[i]);
		free_bytes(&data->certificate[i]);
		free_bytes(&data->ca[i]);
	}
	for (int i = 0; i < SIM_CONTENT_COUNT; i++)
		free_bytes(&data->content[i]);
	memset(data, 0, sizeof *data);
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

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(sim_json_text(file, "kind"), names[i]) == 0) {
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

	data->ca[which].bytes =
		sim_json_get_bytes(json_object_get(entry, "ca"), &data->ca[which].len);
	if (!data->ca[which].bytes || data->ca[which].len > SIM_EF_CA_SIZE)
		return false;
	if (json_is_null(certificate))
		return true;
	data->certificate[which].bytes =
		sim_json_get_bytes(certificate, &data->certificate[which].len);
	data->key[which] = sim_pki_key_from_pem(sim_json_text(entry, "key"));
	return data->key[which] && data->certificate[which].bytes &&
	       data->certificate[which].len <= SIM_EF_CERTIFICATE_SIZE;
}

bool
sim_chip_read_data(const char *dir, struct sim_chip_data *data, char **error)
{
	json_t *file = sim_file_read_json(dir, "card.json", error);
	bool ok = file != NULL;

	memset(data, 0, sizeof *data);
	if (ok &&
	    !(read_kind(file, &data->kind) &&
	      read_text(file, "label", data->label, sizeof data->label) &&
	      read_text(file, "number", data->number, sizeof data->number) &&
	      read_text(file, "municipality", data->municipality, sizeof data->municipality) &&
	      read_text(file, "expiry", data->expiry, sizeof data->expiry) &&
	      read_key(json_object_get(file, "auth"), data, SIM_PIN_AUTH) &&
	      read_key(json_object_get(file, "sign"), data, SIM_PIN_SIGN)))
		ok = sim_error_set(error, "%s/card.json is damaged: an entry is missing or unsound",
				   dir);
	json_decref(file);
	if (!ok)
		sim_chip_free_data(data);
	return ok;
}

/* A file of `size` bytes that begins with `head`. */
static struct sim_bytes
fill_file(const struct sim_bytes *head, size_t size, uint8_t filler)
{
	struct sim_bytes file = {sim_alloc(size), size};

	memset(file.bytes, filler, size);
	if (head->bytes)
		memcpy(file.bytes, head->bytes, head->len);
	return file;
}

/* EF 0006: PKCS #11's CK_TOKEN_INFO with big-endian numbers, 160 bytes. */
/* clang-format off */
#define TOKEN_INFO \
	"                                " /* label */ \
	"00000000000000000000000000000001" /* maker */ \
	"E16R01NJ        " /* model */ \
	"0000000020500003" /* serial number */ \
	"\0\0\4\x0D" /* flags */ \
	"\0\0\0\1" "\0\0\0\0" /* sessions: at most, now */ \
	"\0\0\0\1" "\0\0\0\0" /* R/W sessions: at most, now */ \
	"\0\0\0\x10" "\0\0\0\6" /* PIN length: at most, at least */ \
	"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF" /* memory: not said */ \
	"03" "01" /* hardware, firmware */ \
	"9999999999999999"
/* clang-format on */

void
sim_chip_build_files(struct sim_chip_data *data, const struct sim_switches *switches)
{
	uint8_t filler = switches->value[SIM_SW_FILLER] ? 0x00 : 0xFF;
	uint8_t info[] = TOKEN_INFO;
	uint8_t available[3] = {data->key[SIM_PIN_SIGN] ? 0x8F : 0x00,
				data->key[SIM_PIN_AUTH] ? 0x8F : 0x00, 0x00};
	bool absent_missing = switches->value[SIM_SW_ABSENT_CERTIFICATE] == 1;
	const struct {
		struct sim_bytes head;
		size_t size;
		bool there;
	} plan[SIM_CONTENT_COUNT] = {
		[SIM_EF_SIGN_CERTIFICATE] = {data->certificate[SIM_PIN_SIGN],
					     SIM_EF_CERTIFICATE_SIZE,
					     data->key[SIM_PIN_SIGN] || !absent_missing},
		[SIM_EF_SIGN_CA] = {data->ca[SIM_PIN_SIGN], SIM_EF_CA_SIZE, true},
		[SIM_EF_TOKEN_INFO] = {{info, sizeof info - 1}, sizeof info - 1, true},
		[SIM_EF_AVAILABILITY] = {{available, sizeof available},
					 sizeof available,
					 switches->value[SIM_SW_EF_0008] == 0},
		[SIM_EF_AUTH_CERTIFICATE] = {data->certificate[SIM_PIN_AUTH],
					     SIM_EF_CERTIFICATE_SIZE,
					     data->key[SIM_PIN_AUTH] || !absent_missing},
		[SIM_EF_AUTH_CA] = {data->ca[SIM_PIN_AUTH], SIM_EF_CA_SIZE, true},
	};

	memcpy(info, data->label, strlen(data->label));
	for (int i = 0; i < SIM_CONTENT_COUNT; i++) {
		free_bytes(&data->content[i]);
		if (plan[i].there)
			data->content[i] = fill_file(&plan[i].head, plan[i].size, filler);
	}
}
