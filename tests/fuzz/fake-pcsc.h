/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_FAKE_PCSC_H
#define JPKI_TESTS_FUZZ_FAKE_PCSC_H

#include "tests/fuzz/fake-card.h"
#include "tests/fuzz/guard.h"
#include "tests/fuzz/input.h"

/*
 * libpcsclite for a program in one thread: the functions of winscard.h that the module calls, with
 * readers and fake cards behind them, in place of the library. Everything that passes is shown
 * to the guard. Where there is input, it says which calls fail and how, and what the answers of
 * the cards are changed to.
 */

#define FAKE_READER_NAMES {"Reader A", "Reader B 00 00", "R"}

enum fake_weather {
	FAKE_CALM,   /* every call does what it should */
	FAKE_FAULTS, /* calls fail, cards are pulled out, reset, answer late */
	FAKE_LIES,   /* that, and answers of card and service are changed at will */
};

/* `readers` with a card each, of the kinds that the input says. */
void fake_pcsc_start(struct input *in, enum fake_weather weather, size_t readers);

/* Something that happens between two calls of the program; what it is, the input says. */
void fake_pcsc_happen(void);

/* After C_Finalize: that nothing is left open. */
void fake_pcsc_end(void);

/* What all cards together did so far. */
unsigned int fake_pcsc_signatures(void);
unsigned int fake_pcsc_tries_spent(void);

#endif
