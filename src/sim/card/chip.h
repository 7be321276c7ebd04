/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_CHIP_H
#define JPKI_SIM_CARD_CHIP_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/card/card.h"
#include "sim/card/folder.h"
#include "sim/card/switches.h"

/* The inside of a card, shared by card.c (folder, power) and apdu.c (commands). */

/* Files whose content can be read; the others are known by number only. */
enum sim_content {
	SIM_EF_SIGN_CERTIFICATE,
	SIM_EF_SIGN_CA,
	SIM_EF_TOKEN_INFO,
	SIM_EF_AVAILABILITY,
	SIM_EF_AUTH_CERTIFICATE,
	SIM_EF_AUTH_CA,
	SIM_CONTENT_COUNT
};

struct sim_bytes {
	uint8_t *bytes; /* NULL: there is no such file */
	size_t len;
};

enum sim_card_kind { SIM_KIND_CARD, SIM_KIND_PHONE, SIM_KIND_IPHONE, SIM_KIND_FOREIGN };

/* What card.json says; replaced as a whole by a reload. */
struct sim_chip_data {
	enum sim_card_kind kind;
	char label[33];
	char number[16];			     /* 15 digits */
	char municipality[6];			     /* 5 digits */
	char expiry[9];				     /* YYYYMMDD */
	EVP_PKEY *key[SIM_PIN_COUNT];		     /* NULL: without key and certificate */
	struct sim_bytes certificate[SIM_PIN_COUNT]; /* as it stands at the head of its file */
	struct sim_bytes ca[SIM_PIN_COUNT];
	struct sim_bytes content[SIM_CONTENT_COUNT]; /* the files, filler and all */
};

struct sim_app;
struct sim_ef;

struct sim_card {
	char *dir;
	struct sim_switches switches;
	struct sim_chip_data data;

	/* What the chip keeps over power loss, as it was last read or written. */
	struct sim_card_pin pin[SIM_PIN_COUNT];
	int lock; /* descriptor of the folder's lock file */

	/* What it loses. */
	bool powered;
	bool first_command;
	const struct sim_app *app;
	const struct sim_ef *ef; /* NULL: no current file */
	bool presented[SIM_PIN_COUNT];
};

/* Reads card.json; nothing to free on failure. */
bool sim_chip_read_data(const char *dir, struct sim_chip_data *data, char **error);
void sim_chip_free_data(struct sim_chip_data *data);

/* Makes data->content anew. */
void sim_chip_build_files(struct sim_chip_data *data, const struct sim_switches *switches);

/*
 * begin takes the lock and reads the PINs. Between it and end the PINs in memory are those in the
 * folder and no other process changes them. False when the folder cannot be read (a memory failure
 * of the chip).
 */
bool sim_chip_pins_begin(struct sim_card *card);
void sim_chip_pins_end(struct sim_card *card);

/* Selected application, current file and logins as after power-on. */
void sim_chip_forget(struct sim_card *card);

#endif
