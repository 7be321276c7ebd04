/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/card/chip.h"

/* PINs and counters, which other processes may change too. */

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool
sim_chip_pins_refresh(struct sim_card *card, char **error)
{
	char *path = sim_text("%s/pins.json", card->dir);
	struct sim_card_pin pins[SIM_PIN_COUNT];
	struct stat now;
	bool there = stat(path, &now) == 0;

	free(path);
	if (!there)
		return sim_error_set(error, "cannot read %s/pins.json: %s", card->dir,
				     strerror(errno));
	if (same_file(&now, &card->pins_stat))
		return true;
	if (!sim_pins_read(card->dir, pins, error))
		return false;
	memcpy(card->pin, pins, sizeof pins);
	card->pins_stat = now;
	return true;
}

bool
sim_chip_pins_begin(struct sim_card *card)
{
	if (!sim_file_take(card->lock))
		return false;
	if (sim_chip_pins_refresh(card, NULL))
		return true;
	sim_chip_pins_end(card);
	return false;
}

void
sim_chip_pins_end(struct sim_card *card)
{
	(void)flock(card->lock, LOCK_UN);
}
