/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/apps.h"

#include <string.h>

/* Section 2.1 of the facts on the card. */
static const struct sim_ef jpki_files[] = {
	{0x0001, SIM_TYPE_DATA, SIM_EF_SIGN_CERTIFICATE, "sign certificate", false},
	{0x0002, SIM_TYPE_DATA, SIM_EF_SIGN_CA, "sign CA certificate", true},
	{0x0006, SIM_TYPE_DATA, SIM_EF_TOKEN_INFO, "token information", true},
	{0x0008, SIM_TYPE_DATA, SIM_EF_AVAILABILITY, "certificates present", true},
	{0x0009, .type = SIM_TYPE_SEALED},
	/* Behind the PIN on a phone. */
	{0x000A, SIM_TYPE_DATA, SIM_EF_AUTH_CERTIFICATE, "auth certificate", false},
	{0x000B, SIM_TYPE_DATA, SIM_EF_AUTH_CA, "auth CA certificate", true},
	{0x0010, SIM_TYPE_STRANGER, .which = 3},
	{0x0016, .type = SIM_TYPE_INTERNAL},
	{0x0017, SIM_TYPE_KEY, SIM_PIN_AUTH, "auth key", false},
	{0x0018, SIM_TYPE_PIN, SIM_PIN_AUTH, "auth PIN", false},
	{0x001A, SIM_TYPE_KEY, SIM_PIN_SIGN, "sign key", false},
	{0x001B, SIM_TYPE_PIN, SIM_PIN_SIGN, "sign PIN", false},
	{0},
};

/*
 * Section 2.5: of the neighbours only what shows that another application is current. Their
 * PINs are not simulated: they have a counter to ask for, and refuse every attempt.
 */
static const struct sim_ef text_files[] = {
	{0x0001, .type = SIM_TYPE_SEALED},	  {0x0002, .type = SIM_TYPE_SEALED},
	{0x0003, .type = SIM_TYPE_SEALED},	  {0x0005, .type = SIM_TYPE_SEALED},
	{0x0006, .type = SIM_TYPE_SEALED},	  {0x0011, SIM_TYPE_STRANGER, .which = 3},
	{0x0012, SIM_TYPE_STRANGER, .which = 0},  {0x0014, SIM_TYPE_STRANGER, .which = 10},
	{0x0015, SIM_TYPE_STRANGER, .which = 10}, {0},
};
static const struct sim_ef visual_files[] = {
	{0x0011, .type = SIM_TYPE_SEALED},
	{0x0012, SIM_TYPE_STRANGER, .which = 10},
	{0x0013, SIM_TYPE_STRANGER, .which = 10},
	{0},
};
static const struct sim_ef no_files[] = {{0}};

/* What others keep on a card: enough to see whether it is still the current application. */
static const struct sim_ef other_peoples_files[] = {{0x0001, .type = SIM_TYPE_SEALED}, {0}};

#define NEIGHBOUR 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01

/* clang-format off */
const struct sim_app sim_apps[] = {
	[SIM_APP_ISSUER] = {"ISD", {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}, 7, .files = no_files},
	[SIM_APP_JPKI] = {"JPKI", {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}, 10,
		.files = jpki_files},
	{"text application", {NEIGHBOUR, 0x04, 0x08}, 10, .files = text_files},	    /* 券面入力補助 */
	{"visual application", {NEIGHBOUR, 0x04, 0x02}, 10, .files = visual_files}, /* 券面確認 */
	{"juki application", {NEIGHBOUR, 0x04, 0x01}, 10, .files = no_files},	    /* 住基 */
	{"common application", {NEIGHBOUR, 0x01, 0x00}, 10, .is_common = true,	    /* 共通カード */
		.files = no_files},
	{"application", {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00}, 11, /* PIV */
		.is_foreign = true, .files = other_peoples_files},
	{"application", {0xD2, 0x76, 0x00, 0x01, 0x24, 0x01}, 6, /* OpenPGP */
		.is_foreign = true, .files = other_peoples_files},
	{0},
};
/* clang-format on */

bool
sim_app_begins_with(const struct sim_app *app, const uint8_t *prefix, size_t len)
{
	return len <= app->aid_len && memcmp(app->aid, prefix, len) == 0;
}

static bool
has_app(const struct sim_card *card, const struct sim_app *app)
{
	uint32_t others = card->switches.value[SIM_SW_OTHER_APPS];
	bool foreign = card->data.kind == SIM_KIND_FOREIGN;

	if (app == &sim_apps[SIM_APP_ISSUER])
		return others != 2;
	return app->is_foreign == foreign &&
	       (foreign || app == &sim_apps[SIM_APP_JPKI] || others == 0);
}

const struct sim_app *
sim_app_find(const struct sim_card *card, const uint8_t *prefix, size_t len, bool next)
{
	const struct sim_app *app = next ? card->app + 1 : sim_apps;

	for (; app->name; app++)
		if (has_app(card, app) && sim_app_begins_with(app, prefix, len))
			return app;
	return NULL;
}

const struct sim_ef *
sim_app_file(const struct sim_app *app, uint32_t id)
{
	for (const struct sim_ef *ef = app->files; ef->id; ef++)
		if (ef->id == id)
			return ef;
	return NULL;
}

const struct sim_ef *
sim_ef_find(const struct sim_card *card, uint32_t id)
{
	const struct sim_ef *ef = sim_app_file(card->app, id);

	if (ef && ef->type == SIM_TYPE_DATA && !card->data.content[ef->which].bytes)
		return NULL;
	return ef;
}
