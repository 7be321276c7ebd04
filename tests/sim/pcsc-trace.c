/* SPDX-License-Identifier: BSD-2-Clause */
/* Slow and unused cards; what is counted, and what a trace shows. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/pcsc-help.h"

/* ---- slow cards, unused cards ---- */

static void
a_card_pulled_out_while_it_works_ends_the_command(void **state)
{
	struct program program = new_program();
	struct waiting waiting;

	(void)state;
	ORDER("set", "adult", "delay-exchange", "60s");
	waiting_start(&waiting, call_transmit, &program);
	assert_false(atomic_load(&waiting.returned));
	ORDER("remove", READER);
	assert_result(waiting_end(&waiting), SCARD_E_NOT_TRANSACTED);
	end_program(&program);
}

static void
a_slow_card_holds_up_its_own_programs_only(void **state)
{
	struct program program = new_program(), looker = {.context = new_context()};
	struct waiting waiting;

	(void)state;
	ORDER("set", "adult", "delay-exchange", "60s");
	waiting_start(&waiting, call_transmit, &program);
	assert_true(state_of(&looker, READER) & SCARD_STATE_INUSE);
	assert_true(state_of(&looker, EMPTY_READER) & SCARD_STATE_EMPTY);
	assert_false(atomic_load(&waiting.returned));
	ORDER("remove", READER); /* ends it */
	assert_result(waiting_end(&waiting), SCARD_E_NOT_TRANSACTED);
	end_program(&program);
	assert_result(SCardReleaseContext(looker.context), 0);
}

/* Runs "this test, leave a card unused" under another simulator, where it has power for so long. */
static int
unused(const char *how, const char *idle_ms)
{
	char command[256];

	snprintf(command, sizeof command,
		 "src/sim/jpki-card-sim run --reader '" READER "=child' --idle-power-off %s -- "
		 "tests/sim/pcsc-trace unused %s",
		 idle_ms, how);
	return system(command);
}

/* Does the card remember what was selected before it was left alone? */
static bool
remembers(long ms)
{
	struct program program = new_program();
	unsigned int sw = SW(&program, SELECT_JPKI);

	end_program(&program);
	sleep_ms(ms);
	program = new_program();
	sw = sw == 0x9000 ? SW(&program, READ_TOKEN_INFORMATION) : 0;
	end_program(&program);
	return sw == 0x9000;
}

/* A simulator that has much else to do looks later. */
static bool
forgets(void)
{
	for (long ms = 200; ms < 60000; ms *= 2)
		if (!remembers(ms))
			return true;
	return false;
}

static void
an_unused_card_loses_its_power_after_a_while(void **state)
{
	(void)state;
	assert_int_equal(unused("shortly", "1000000"), 0);
	assert_int_equal(unused("until-forgotten", "100"), 0);
}

/* ---- counts and trace ---- */

static long
count_of(const char *order, const char *group, const char *name)
{
	json_t *reply = asked(order);
	json_t *number = group == NULL ? json_object_get(reply, name)
				       : json_object_get(json_object_get(reply, group), name);
	long count = (long)json_integer_value(number);

	json_decref(reply);
	return count;
}

static void
calls_and_exchanges_are_counted(void **state)
{
	struct program program;

	(void)state;
	ORDER("calls", "reset");
	ORDER("count", "reset");
	program = new_program();
	SW(&program, SELECT_JPKI);
	SW(&program, QUERY);
	SW(&program, QUERY);
	assert_int_equal(count_of("calls", NULL, "total"), 5);
	assert_int_equal(count_of("calls", "by_call", "transmit"), 3);
	assert_int_equal(count_of("count", NULL, "total"), 3);
	assert_int_equal(count_of("count", "by_name", "SELECT JPKI"), 1);
	assert_int_equal(count_of("count", "by_name", "QUERY auth PIN"), 2);
	end_program(&program);
}

static void
a_waiting_call_counts_once(void **state)
{
	struct program program = new_program();
	long before = count_of("calls", "by_call", "begin");

	(void)state;
	assert_waits(call_begin, &program);
	assert_int_equal(count_of("calls", "by_call", "begin"), before + 2);
	end_program(&program);
}

/* Is `text` in one of the lines? */
static bool
lines_have(const json_t *lines, const char *text)
{
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i,
			   line) if (strstr(json_string_value(line), text) != NULL) return true;
	return false;
}

static void
the_trace_shows_no_pin_and_nothing_of_the_signing_certificate(void **state)
{
	struct program program = new_program();
	json_t *reply, *lines;

	(void)state;
	json_decref(asked("trace"));
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, RIGHT_PIN), 0x9000);
	assert_int_equal(SW(&program, "\x00\xA4\x02\x0C\x02\x00\x18"), 0x9000);
	assert_int_equal(SW(&program, "\x00\x20\x00\x80\x04"
				      "1234"),
			 0x9000);
	assert_int_equal(SW(&program, "\x00\x24\x01\x80\x04"
				      "1234"),
			 0x9000);
	SW(&program, "\x80\x20\x00\x80\x04"
		     "1234"); /* wrong class, but a PIN all the same */
	assert_int_equal(SW(&program, RIGHT_SIGN_PIN), 0x9000);
	assert_int_equal(SW(&program, "\x00\xB0\x81\x00\x00"), 0x9000);
	assert_int_equal(SW(&program, "\x00\xA4\x02\x0C\x02\x00\x01"), 0x9000);
	assert_int_equal(SW(&program, "\x00\xB0\x00\x00\x00"), 0x9000);
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	reply = asked("trace");
	lines = json_object_get(reply, "lines");
	assert_true(lines_have(lines, "VERIFY auth PIN"));
	assert_true(lines_have(lines, "CHANGE auth PIN"));
	assert_true(lines_have(lines, "READ sign certificate"));
	assert_true(lines_have(lines, "4A504B49")); /* "JPKI": the token information is shown */
	assert_false(lines_have(lines, "31323334"));
	assert_false(lines_have(lines, "414243313233"));
	assert_false(lines_have(lines, "3082"));
	json_decref(reply);
	end_program(&program);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		pcsc_test(a_card_pulled_out_while_it_works_ends_the_command),
		pcsc_test(a_slow_card_holds_up_its_own_programs_only),
		pcsc_test(an_unused_card_loses_its_power_after_a_while),
		pcsc_test(calls_and_exchanges_are_counted),
		pcsc_test(a_waiting_call_counts_once),
		pcsc_test(the_trace_shows_no_pin_and_nothing_of_the_signing_certificate),
	};

	if (argc == 3 && strcmp(argv[1], "unused") == 0)
		return strcmp(argv[2], "shortly") == 0 ? !remembers(0) : !forgets();
	return pcsc_run(argv[0], tests);
}
