/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: what cards and the PC/SC service answer, through the whole module, while a sensible
 * program looks at the tokens, logs in, signs and changes the PIN. Whatever they answer, the
 * module keeps to its memory and, as far as a lying card lets it, to its promises.
 */
#include "tests/fuzz/fake-pcsc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/program.h"

#define STEPS_MAX 60

const char fuzz_corpus[] = "card";

static const enum program_call order[] = {
	PROGRAM_LIST_SLOTS, PROGRAM_TOKEN_INFO, PROGRAM_LIST_MECHANISMS, PROGRAM_OPEN,
	PROGRAM_FIND,	    PROGRAM_ATTRIBUTES, PROGRAM_LOGIN,		 PROGRAM_FIND,
	PROGRAM_ATTRIBUTES, PROGRAM_SIGN_INIT,	PROGRAM_CONFIRM,	 PROGRAM_SIGN,
	PROGRAM_EVENT,	    PROGRAM_SIGN_INIT,	PROGRAM_CONFIRM,	 PROGRAM_SIGN,
	PROGRAM_SET_PIN,    PROGRAM_STATUS,	PROGRAM_LOGOUT,
};

#define ORDER (sizeof order / sizeof order[0])

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = {data, len}, sensible = {NULL, 0};
	const uint8_t shape = input_byte(&in), settings = input_byte(&in);
	const size_t readers = 1 + shape / 2U % GUARD_READERS;
	struct program p;

	fake_pcsc_start(&in, shape & 1 ? FAKE_FAULTS : FAKE_LIES, readers);
	program_start(&p, &sensible, settings, false);
	for (size_t i = 0; i < STEPS_MAX && (i < 2 * ORDER || in.left > 0); i++) {
		const uint8_t next = input_byte(&in);

		p.slot = i / ORDER % (2 * readers);
		if (next >= 0xf0)
			fake_pcsc_happen();
		program_call(&p, next < 0x80 ? order[i % ORDER]
					     : (enum program_call)(next % PROGRAM_CALLS));
	}
	program_end(&p);
	fake_pcsc_end();
	return 0;
}
