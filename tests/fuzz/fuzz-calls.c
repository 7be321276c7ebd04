/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: PKCS#11 calls in any order with any arguments, over cards that answer as they should,
 * while calls of PC/SC fail and cards come and go. The guard (guard.h) and the program
 * (program.h) see to it that the module keeps its promises.
 */
#include "tests/fuzz/fake-pcsc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/program.h"

#define CALLS_MAX 200

const char fuzz_corpus[] = "calls";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = {data, len};
	struct program p;
	const uint8_t weather = input_byte(&in), settings = input_byte(&in);

	fake_pcsc_start(&in, weather & 1 ? FAKE_FAULTS : FAKE_CALM,
			1 + weather / 2U % GUARD_READERS);
	program_start(&p, &in, settings, true);
	for (int i = 0; i < CALLS_MAX && in.left > 0; i++) {
		const unsigned int next = input_byte(&in);

		if (next / PROGRAM_CALLS == 1)
			p.slot = (p.slot + 1) % (2 * (1 + weather / 2U % GUARD_READERS));
		if (next >= 0xf0)
			fake_pcsc_happen();
		program_call(&p, (enum program_call)(next % PROGRAM_CALLS));
	}
	program_end(&p);
	fake_pcsc_end();
	return 0;
}
