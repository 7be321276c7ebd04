/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/card.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/memory.h"
#include "sim/card/apps.h"
#include "sim/pki/pki.h"

/* Reads PINs and counters, which other processes may change too. */
static bool
read_pins(struct sim_card *card, char **error)
{
	struct sim_card_pin pins[SIM_PIN_COUNT];

	if (!sim_pins_read(card->dir, pins, error))
		return false;
	memcpy(card->pin, pins, sizeof pins);
	return true;
}

bool
sim_chip_pins_begin(struct sim_card *card)
{
	if (!sim_file_take(card->lock))
		return false;
	if (read_pins(card, NULL))
		return true;
	sim_chip_pins_end(card);
	return false;
}

void
sim_chip_pins_end(struct sim_card *card)
{
	(void)flock(card->lock, LOCK_UN);
}

struct sim_card *
sim_card_open(const char *dir, char **error)
{
	struct sim_card *card = sim_alloc(sizeof *card);
	char *lock = sim_text("%s/lock", dir);

	sim_pki_init();
	card->lock = -1;
	card->dir = sim_copy(dir);
	/* O_CREAT would make one in any folder, so look for the card itself first. */
	if (sim_card_reload(card, error)) {
		card->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (card->lock < 0)
			sim_error_set(error, "cannot open %s: %s", lock, strerror(errno));
	}
	free(lock);
	if (card->lock >= 0)
		return card;
	sim_card_free(card);
	return NULL;
}

void
sim_card_free(struct sim_card *card)
{
	if (!card)
		return;
	sim_chip_free_data(&card->data);
	if (card->lock >= 0)
		(void)close(card->lock);
	free(card->dir);
	OPENSSL_cleanse(card->pin, sizeof card->pin);
	free(card);
}

/* Card fact 1.2, in its order. */
static const char *const atrs[] = {
	"3BE000FF8131FE4514",
	"3BDA13FF8131FB468012392F31C173C601C03B",
	"3BC5FF8131FB458073C6010000",
	"3BF59100FF918171FE400042000100D1D6",
	"3BF59100FF918171FE4000420001B3A115",
	"3B888001000005E0B381A1007F",
	"3B888001000041E0B381A1003B",
	"3B888001004B51FF0081D100BC",
	"3B888001004B51FFB381D1000F",
};

/* The switches' values are the numbers of that list. */
static size_t
get_atr(char number, uint8_t atr[SIM_ATR_MAX])
{
	size_t len = 0;

	OPENSSL_hexstr2buf_ex(atr, SIM_ATR_MAX, &len, atrs[number - '1'], '\0');
	return len;
}

static char
number_of(const struct sim_card *card, enum sim_switch which)
{
	char number[SIM_SWITCH_TEXT];

	sim_switches_get_text(&card->switches, which, number);
	return number[0];
}

size_t
sim_card_atr(const struct sim_card *card, uint8_t atr[SIM_ATR_MAX])
{
	return get_atr(number_of(card, SIM_SW_ATR), atr);
}

size_t
sim_card_contact_atr(const struct sim_card *card, uint8_t atr[SIM_ATR_MAX])
{
	const bool is_its_own = card->switches.value[SIM_SW_CONTACT_ATR] == 0;
	const char number = number_of(card, is_its_own ? SIM_SW_ATR : SIM_SW_CONTACT_ATR);

	return get_atr(number <= '5' ? number : '1', atr);
}

void
sim_chip_forget(struct sim_card *card)
{
	card->app = &sim_apps[SIM_APP_ISSUER];
	card->ef = NULL;
	memset(card->presented, 0, sizeof card->presented);
}

/* As after a reset, with or without the logins. */
static void
begin_anew(struct sim_card *card, bool keeps_login)
{
	bool presented[SIM_PIN_COUNT];

	memcpy(presented, card->presented, sizeof presented);
	sim_chip_forget(card);
	if (keeps_login)
		memcpy(card->presented, presented, sizeof presented);
}

void
sim_card_power_on(struct sim_card *card)
{
	if (card->powered)
		return;
	begin_anew(card, true);
	card->powered = true;
	card->first_command = true;
}

void
sim_card_power_off(struct sim_card *card)
{
	begin_anew(card, card->switches.value[SIM_SW_LOGIN_AT_POWER_LOSS] == 1);
	card->powered = false;
}

void
sim_card_reset(struct sim_card *card)
{
	begin_anew(card, card->switches.value[SIM_SW_LOGIN_AT_RESET] == 0);
}

unsigned int
sim_card_tries(const struct sim_card *card, enum sim_pin pin)
{
	return card->pin[pin].tries;
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
	ok = sim_pins_write(card->dir, card->pin, error);
	sim_chip_pins_end(card);
	return ok;
}

bool
sim_card_is_open(const struct sim_card *card, enum sim_pin pin)
{
	return card->powered && card->presented[pin];
}

bool
sim_card_set_switch(struct sim_card *card, const char *name, const char *value, char **error)
{
	struct sim_switches changed;
	bool ok;

	if (!sim_file_take(card->lock))
		return sim_error_set(error, "cannot lock %s: %s", card->dir, strerror(errno));
	/* The folder's, not ours: another process may have set one since. */
	ok = sim_switches_read(card->dir, &changed, error) &&
	     sim_switches_set(&changed, name, value, error) &&
	     sim_switches_write(card->dir, &changed, error);
	sim_chip_pins_end(card);
	if (ok) {
		card->switches = changed;
		sim_chip_build_files(&card->data, &changed);
	}
	return ok;
}

bool
sim_card_reload(struct sim_card *card, char **error)
{
	struct sim_chip_data data;
	struct sim_switches switches;

	if (!sim_switches_read(card->dir, &switches, error) ||
	    !sim_chip_read_data(card->dir, &data, error))
		return false;
	sim_chip_build_files(&data, &switches);
	sim_chip_free_data(&card->data);
	card->data = data;
	card->switches = switches;
	return read_pins(card, error);
}
