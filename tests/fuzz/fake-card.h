/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_FAKE_CARD_H
#define JPKI_TESTS_FUZZ_FAKE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The least that is a JPKI card to the module, from card facts 2 to 5: fast, and with no secrets
 * of its own (its signatures are filler). PINs: 1234 and ABC123. The certificates are those in
 * corpus/certificate. For anything but fuzzing there is the simulated card (src/sim).
 */

#define FAKE_CARD_ANSWER_MAX 258

enum fake_card_kind {
	FAKE_CARD_MYNUMBER,
	FAKE_CARD_NO_SHORT_IDS,
	FAKE_CARD_ANDROID,
	FAKE_CARD_NO_SIGNATURE, /* issued without that certificate */
	FAKE_CARD_NO_OTHERS,	/* no other application to select */
	FAKE_CARD_PIN_FIRST,	/* asks the PIN before it looks at P1 */
	FAKE_CARD_JUKI,
	FAKE_CARD_FOREIGN,
	FAKE_CARD_KINDS,
};

struct fake_card {
	enum fake_card_kind kind;
	unsigned int application; /* 0: none of ours, 1: JPKI */
	unsigned int file;
	bool verified[2];
	unsigned int tries[2];
	uint8_t pin[2][16];
	size_t pin_len[2];
	unsigned int signatures;  /* made so far */
	unsigned int tries_spent; /* so far */
};

void fake_card_make(struct fake_card *c, enum fake_card_kind kind);

/* Its power is taken. */
void fake_card_power_off(struct fake_card *c);

/* The answer to a command, with its status word; its length. */
size_t fake_card_answer(struct fake_card *c, const uint8_t *command, size_t len,
			uint8_t out[FAKE_CARD_ANSWER_MAX]);

#endif
