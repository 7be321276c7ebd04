/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of refused PINs. */
#include "token/refused.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "token/pin.h"

/* Two cards, by what their identity is made from. */
static const uint8_t card[REFUSED_CARD_SIZE] = "card", other_card[REFUSED_CARD_SIZE] = "other";

static struct secret *
secret_of(const char *pin)
{
	struct secret *secret;

	assert_int_equal(pin_read(&layout_roles[LAYOUT_SIGN],
				  (struct bytes){(const uint8_t *)pin, strlen(pin)}, &secret),
			 RESULT_OK);
	return secret;
}

static enum refused_verdict
ask(const uint8_t *of, const char *pin)
{
	struct secret *secret = secret_of(pin);
	enum refused_verdict verdict = refused_ask(of, LAYOUT_SIGN, secret);

	secret_free(secret);
	return verdict;
}

/* Sent with `tries` left; refused with one less, or unanswered. */
static void
send_pin(const uint8_t *to, const char *pin, unsigned int tries, bool refused)
{
	struct secret *secret = secret_of(pin);

	assert_true(refused_sending(to, LAYOUT_SIGN, secret, tries));
	if (refused) {
		refused_note(to, LAYOUT_SIGN, secret);
		refused_note_tries(to, LAYOUT_SIGN, tries - 1);
	}
	secret_free(secret);
}

static void
a_refused_pin_is_known_again(void **state)
{
	(void)state;
	assert_int_equal(ask(card, "WRONG1"), REFUSED_NEVER);
	send_pin(card, "WRONG1", 5, true);
	assert_int_equal(ask(card, "wrong1"), REFUSED_BEFORE);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	assert_int_equal(ask(card, "WRONG2"), REFUSED_NEVER);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_BEFORE);
	/* What was asked of another card, or for its other PIN, is another row. */
	assert_int_equal(ask(other_card, "WRONG1"), REFUSED_NEVER);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	refused_note_tries(other_card, LAYOUT_SIGN, 5);
	refused_note_tries(card, LAYOUT_AUTH, 3);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	refused_end();
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	refused_note_tries(card, LAYOUT_SIGN, 4);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_AGAIN);
	refused_note_tries(card, LAYOUT_SIGN, 5);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_NEVER);
	refused_end();
}

static void
a_pin_without_an_answer_is_judged_by_the_counter(void **state)
{
	(void)state;
	send_pin(card, "WRONG1", 5, false);
	refused_note_tries(card, LAYOUT_SIGN, 4);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_BEFORE);
	send_pin(card, "NEVER1", 4, false); /* did not arrive */
	refused_note_tries(card, LAYOUT_SIGN, 4);
	assert_int_equal(ask(card, "NEVER1"), REFUSED_NEVER);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_BEFORE);
	send_pin(card, "RIGHT1", 4, false);
	refused_note_tries(card, LAYOUT_SIGN, 5);
	assert_int_equal(ask(card, "RIGHT1"), REFUSED_NEVER);
	assert_int_equal(ask(card, "WRONG1"), REFUSED_NEVER);
}

static void
as_many_as_lock_a_card_are_remembered(void **state)
{
	char pin[] = "WRONG0";

	(void)state;
	for (unsigned int i = 0; i < 5; i++, pin[5]++)
		send_pin(card, pin, 5 - i, true);
	for (int i = 0; i < 5; i++) {
		pin[5]--;
		assert_int_equal(ask(card, pin), REFUSED_BEFORE);
	}
	assert_false(refused_has_lost_some());
	refused_note_tries(card, LAYOUT_SIGN, 5);
}

/* Then the oldest goes, and it is known that not all is known any more. */
static void
a_full_memory_says_so(void **state)
{
	uint8_t id[REFUSED_CARD_SIZE] = "full";
	char pin[] = "WRONG0";
	int cards = 0;

	(void)state;
	while (!refused_has_lost_some()) {
		memcpy(id + 8, &cards, sizeof cards);
		send_pin(id, pin, 5, true);
		assert_int_equal(ask(id, pin), REFUSED_BEFORE);
		cards++;
	}
	assert_true(cards > 100);
	cards = 0;
	memcpy(id + 8, &cards, sizeof cards);
	assert_int_equal(ask(id, pin), REFUSED_NEVER);
	cards = 1;
	memcpy(id + 8, &cards, sizeof cards);
	assert_int_equal(ask(id, pin), REFUSED_AGAIN);
	refused_abandon();
	assert_int_equal(ask(id, pin), REFUSED_NEVER);
	assert_false(refused_has_lost_some());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_pin_is_known_again),
		cmocka_unit_test(a_pin_without_an_answer_is_judged_by_the_counter),
		cmocka_unit_test(as_many_as_lock_a_card_are_remembered),
		cmocka_unit_test(a_full_memory_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
