/* SPDX-License-Identifier: BSD-2-Clause */
/* Small parts of the holder library: what is typed, memory for PINs, and what helps in trouble. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "holder/help.h"
#include "holder/outcome.h"
#include "holder/secret.h"
#include "holder/text.h"

/* ---- typed by an input method ---- */

static void
full_width_forms_are_folded(void **state)
{
	static const struct {
		const char *typed, *folded;
	} rows[] = {
		{"１２３４", "1234"}, {"ＡＢＣｘｙｚ", "ABCxyz"}, {"！～", "!~"},
		{"　", " "},	      {"1234", "1234"},		  {"かな", "かな"},
		{"｟", "｟"},	      {"\xEF\xBC", "\xEF\xBC"},	  {"\xEF\xBC\x80", "\xEF\xBC\x80"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[64] = "";
		size_t len = strlen(rows[i].typed);

		memcpy(text, rows[i].typed, len);
		len = text_fold(text, len);
		assert_int_equal(len, strlen(rows[i].folded));
		assert_memory_equal(text, rows[i].folded, len);
		/* nothing of what was typed is left behind it */
		for (size_t j = len; j < sizeof text; j++)
			assert_int_equal(text[j], 0);
	}
}

/* ---- memory for PINs ---- */

static void
a_process_with_a_pin_is_not_dumped(void **state)
{
	char *secret, line[256];
	bool ours = false, kept_out = false;
	FILE *maps;

	(void)state;
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
	secret = secret_new(100);
	assert_non_null(secret);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	memset(secret, 'x', 100);
	maps = fopen("/proc/self/smaps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			ours = (unsigned long)secret >= from && (unsigned long)secret < to;
		else if (ours && strncmp(line, "VmFlags:", 8) == 0)
			kept_out = strstr(line, " dd") != NULL;
	}
	(void)fclose(maps);
	assert_true(kept_out);
	secret_free(secret, 100);
	secret_free(NULL, 100);
}

/* ---- what helps ---- */

static void
what_helps_follows_from_what_happened(void **state)
{
	(void)state;
	assert_int_equal(help_for_tries(0), HELP_LOCKED);
	assert_int_equal(help_for_tries(1), HELP_FORGOTTEN);
	assert_int_equal(help_for_tries(2), HELP_NONE);
	assert_int_equal(help_for_tries(JPKI_TRIES_UNKNOWN), HELP_NONE);
	assert_int_equal(help_for_standing(STANDING_ENDED), HELP_EXPIRED);
	assert_int_equal(help_for_standing(STANDING_RENEWAL), HELP_EXPIRED);
	assert_int_equal(help_for_standing(STANDING_GOOD), HELP_NONE);
	assert_int_equal(help_for_standing(STANDING_EARLY), HELP_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_width_forms_are_folded),
		cmocka_unit_test(what_helps_follows_from_what_happened),
		cmocka_unit_test(a_process_with_a_pin_is_not_dumped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
