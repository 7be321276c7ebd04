/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/apps.h"

#include <string.h>

/* Section 2.1 of the facts on the card. */
static const struct sim_ef jpki_files[] = {
	{0x0001, SIM_TYPE_DATA, SIM_EF_SIGN_CERTIFICATE},
	{0x0002, SIM_TYPE_DATA, SIM_EF_SIGN_CA},
	{0x0006, SIM_TYPE_DATA, SIM_EF_TOKEN_INFO},
	{0x0008, SIM_TYPE_DATA, SIM_EF_AVAILABILITY},
	{0x0009, SIM_TYPE_SEALED, 0},
	{0x000A, SIM_TYPE_DATA, SIM_EF_AUTH_CERTIFICATE},
	{0x000B, SIM_TYPE_DATA, SIM_EF_AUTH_CA},
	{0x0010, SIM_TYPE_STRANGER, 3},
	{0x0016, SIM_TYPE_INTERNAL, 0},
	{0x0017, SIM_TYPE_KEY, SIM_PIN_AUTH},
	{0x0018, SIM_TYPE_PIN, SIM_PIN_AUTH},
	{0x001A, SIM_TYPE_KEY, SIM_PIN_SIGN},
	{0x001B, SIM_TYPE_PIN, SIM_PIN_SIGN},
	{0},
};

/*
 * Section 2.5: of the neighbours only what shows that another application is current. Their
 * PINs are not simulated: they have a counter to ask for, and refuse every attempt.
 */
static const struct sim_ef text_files[] = {
	{0x0001, SIM_TYPE_SEALED, 0},	 {0x0002, SIM_TYPE_SEALED, 0},
	{0x0003, SIM_TYPE_SEALED, 0},	 {0x0005, SIM_TYPE_SEALED, 0},
	{0x0006, SIM_TYPE_SEALED, 0},	 {0x0011, SIM_TYPE_STRANGER, 3},
	{0x0012, SIM_TYPE_STRANGER, 0},	 {0x0014, SIM_TYPE_STRANGER, 10},
	{0x0015, SIM_TYPE_STRANGER, 10}, {0},
};
static const struct sim_ef visual_files[] = {
	{0x0011, SIM_TYPE_SEALED, 0},
	{0x0012, SIM_TYPE_STRANGER, 10},
	{0x0013, SIM_TYPE_STRANGER, 10},
	{0},
};
static const struct sim_ef no_files[] = {{0}};

/* What others keep on a card: enough to see whether it is still the current application. */
static const struct sim_ef other_peoples_files[] = {{0x0001, SIM_TYPE_SEALED, 0}, {0}};

static const uint8_t isd_aid[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00};

#define NEIGHBOUR 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01

/* clang-format off */
static const struct sim_app apps[] = {
	{{0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}, 10, .is_jpki = true,
		.files = jpki_files},
	{{NEIGHBOUR, 0x04, 0x08}, 10, .files = text_files},   /* 券面入力補助 */
	{{NEIGHBOUR, 0x04, 0x02}, 10, .files = visual_files}, /* 券面確認 */
	{{NEIGHBOUR, 0x04, 0x01}, 10, .files = no_files},     /* 住基 */
	{{NEIGHBOUR, 0x01, 0x00}, 10, .is_common = true, .files = no_files}, /* 共通カード */
	{{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00}, 11, /* PIV */
		.is_foreign = true, .files = other_peoples_files},
	{{0xD2, 0x76, 0x00, 0x01, 0x24, 0x01}, 6, /* OpenPGP */
		.is_foreign = true, .files = other_peoples_files},
};
/* clang-format on */
#define APP_COUNT (sizeof apps / sizeof apps[0])

const struct sim_app *
sim_app_find(const struct sim_card *card, const uint8_t *prefix, size_t len, bool next, bool *found)
{
	size_t from = 0;
	uint32_t others = card->switches.value[SIM_SW_OTHER_APPS];
	bool foreign = card->data.kind == SIM_KIND_FOREIGN;
	bool isd = len <= sizeof isd_aid && memcmp(isd_aid, prefix, len) == 0 && others != 2;

	*found = true;
	if (isd && !next)
		return NULL;
	if (next && card->app)
		from = (size_t)(card->app - apps) + 1;
	for (size_t i = from; i < APP_COUNT; i++)
		if (apps[i].is_foreign == foreign && (foreign || apps[i].is_jpki || others == 0) &&
		    len <= apps[i].aid_len && memcmp(apps[i].aid, prefix, len) == 0)
			return &apps[i];
	*found = false;
	return NULL;
}

size_t
sim_app_aid(const struct sim_app *app, const uint8_t **aid)
{
	*aid = app ? app->aid : isd_aid;
	return app ? app->aid_len : sizeof isd_aid;
}

const struct sim_ef *
sim_ef_find(const struct sim_card *card, uint32_t id)
{
	if (!card->app)
		return NULL;
	for (const struct sim_ef *ef = card->app->files; ef->id; ef++)
		if (ef->id == id &&
		    (ef->type != SIM_TYPE_DATA || card->data.content[ef->which].bytes))
			return ef;
	return NULL;
}
