/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state directory: dates and names from outside, a full disk, other processes.
 *
 * Against what is known of the real certificates (section 6 of the facts on the card).
 */
#include <dirent.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/dates.h"
#include "tests/sim/pki-help.h"

/* ---- dates from outside ---- */

static void
dates_are_understood_as_in_japan_or_as_written(void **state)
{
	static const char *const bad[] = {"",
					  "yesterday",
					  "2026-13-01",
					  "2026-02-30",
					  "2026-1-1",
					  "2026-11-21x",
					  "1999-01-01",
					  "2026-11-21T",
					  "2026-11-21T25:00:00Z",
					  "2100-01-01",
					  "2026-11-21T10:00:00",
					  "2026-11-21T10:00:00+99:00"};
	int64_t now;
	char *error = NULL;

	(void)state;
	assert_true(sim_now_parse("2026-11-21", &now, &error));
	assert_int_equal(now, 1795219200 - 9 * 3600);
	assert_true(sim_now_parse("2026-11-21T00:00:00Z", &now, &error));
	assert_int_equal(now, 1795219200);
	assert_true(sim_now_parse("2026-11-21T09:00:00+09:00", &now, &error));
	assert_int_equal(now, 1795219200);
	assert_true(sim_now_parse("2024-02-29T23:59:59-05:00", &now, &error));
	assert_int_equal(now, 1709269199);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(sim_now_parse(bad[i], &now, &error));
		assert_non_null(error);
		free(error);
		error = NULL;
	}
}

static void
every_date_of_issue_makes_valid_certificates(void **state)
{
	static const char *const dates[] = {"2024-02-29", "2099-12-31"};
	struct sim_store *store = new_store("dates");
	char *error = NULL;
	json_t *list, *info;
	size_t j;

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct sim_make_options options = {.seed = "dates"};

		assert_true(sim_now_parse(dates[i], &options.now, &error));
		make_card(store, dates[i], "child", &options);
		list = sim_store_list(store, &error);
		assert_int_equal(json_array_size(list), i + 1);
		json_array_foreach(list, j, info)
			assert_true(number(info, SIM_PIN_AUTH, "not_after") >
				    number(info, SIM_PIN_AUTH, "not_before") + 4 * 365 * 86400);
		json_decref(list);
	}
	sim_store_free(store);
}

/* ---- the state directory ---- */

static void
bad_input_is_refused_with_a_sentence(void **state)
{
	static const char *const unknown_switch[] = {"colour=red", NULL};
	struct sim_make_options options = help_options;
	char long_name[70];

	(void)state;
	memset(long_name, 'a', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	need_card("adult");
	assert_refused("adult", "adult", &options, "already");
	assert_refused("x", "nobody", &options, "nobody");
	assert_refused("", "adult", &options, "name");
	assert_refused("../x", "adult", &options, "name");
	assert_refused(".hidden", "adult", &options, "name");
	assert_refused("a/b", "adult", &options, "name");
	assert_refused(long_name, "adult", &options, "name");
	options.pin_auth = "12345";
	assert_refused("x", "adult", &options, "4 digits");
	options.pin_auth = NULL;
	options.pin_sign = "lower1";
	assert_refused("x", "adult", &options, "6 to 16");
	options.pin_sign = NULL;
	options.generation = "2024";
	assert_refused("x", "adult", &options, "2024");
	options.generation = "same";
	assert_refused("x", "adult", &options, "same");
	options.generation = NULL;
	options.switches = unknown_switch;
	assert_refused("x", "adult", &options, "colour");
}

static void
a_missing_card_is_named_with_those_there_are(void **state)
{
	char *error = NULL;

	(void)state;
	need_card("adult");
	assert_null(sim_store_card_dir(help_store(), "absent", &error));
	assert_non_null(strstr(error, "absent"));
	assert_non_null(strstr(error, "adult"));
	free(error);
	error = NULL;
	assert_false(sim_store_change(help_store(), "absent", SIM_PIN_COUNT, &help_options,
				      sim_renew, &error));
	free(error);
	error = NULL;
	assert_false(sim_store_remove_card(help_store(), "absent", &error));
	free(error);
}

static void
a_place_that_cannot_be_written_is_named(void **state)
{
	char path[200];
	char *error = NULL;
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/a-file", help_folder());
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_null(sim_store_open(path, &error));
	assert_non_null(strstr(error, path));
	free(error);
}

/* A limit on the size of files stands for a disk that gets full in the middle of one. */
static void
make_with_limit(struct sim_store *store, const char *person, rlim_t limit)
{
	char *error = NULL;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sim_make_options options = {.seed = "full", .now = help_options.now};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, limit});
		_exit(sim_store_make_card(store, "card", person, &options, &error) || !error);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
a_full_disk_leaves_no_half_written_card(void **state)
{
	struct sim_store *store = new_store("full");
	char path[300];

	(void)state;
	make_with_limit(store, "opted-out", 512); /* in the authorities' file */
	make_with_limit(store, "adult", 10000);	  /* in the card's own */
	snprintf(path, sizeof path, "%s/cards", store->dir);
	assert_int_equal(rmdir(path), 0); /* nothing is in it, not even a hidden folder */
	assert_int_equal(mkdir(path, 0700), 0);
	make_card(store, "card", "opted-out", NULL);
	sim_store_free(store);
}

static void
assert_modes(const char *path, unsigned int *files)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char name[600];
		struct stat about;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		assert_int_equal(stat(name, &about), 0);
		assert_int_equal(about.st_mode & 0777, S_ISDIR(about.st_mode) ? 0700 : 0600);
		++*files;
		if (S_ISDIR(about.st_mode))
			assert_modes(name, files);
	}
	closedir(dir);
}

static void
nobody_else_can_read_the_state_directory(void **state)
{
	unsigned int files = 0;
	mode_t old = umask(0);

	(void)state;
	need_card("adult");
	assert_modes(help_store()->dir, &files);
	assert_true(files > 5);
	umask(old);
}

static void
processes_at_once_do_not_spoil_the_directory(void **state)
{
	static const char *const names[] = {"p1", "p2", "p3", "p4"};
	struct sim_store *store = new_store("crowd");
	struct sim_make_options options = {.now = help_options.now}; /* all keys random */
	json_t *list;
	char *error = NULL;
	pid_t child[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0)
			_exit(!sim_store_make_card(store, names[i], "child", &options, &error));
	}
	for (int i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	list = sim_store_list(store, &error);
	assert_int_equal(json_array_size(list), 4);
	/* All under one authority: whoever came first made it, the others found it. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(verify_in(store, names[i], SIM_PIN_AUTH), X509_V_OK);
	json_decref(list);
	sim_store_free(store);
}

static void
a_removed_card_is_gone(void **state)
{
	char *error = NULL;

	(void)state;
	make_card(help_store(), "gone", "opted-out", &help_options);
	expect_ok(sim_store_remove_card(help_store(), "gone", &error), error);
	assert_null(sim_store_card_dir(help_store(), "gone", &error));
	free(error);
	error = NULL;
	make_card(help_store(), "gone", "opted-out", &help_options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_understood_as_in_japan_or_as_written),
		cmocka_unit_test(every_date_of_issue_makes_valid_certificates),
		cmocka_unit_test(bad_input_is_refused_with_a_sentence),
		cmocka_unit_test(a_missing_card_is_named_with_those_there_are),
		cmocka_unit_test(a_place_that_cannot_be_written_is_named),
		cmocka_unit_test(a_full_disk_leaves_no_half_written_card),
		cmocka_unit_test(nobody_else_can_read_the_state_directory),
		cmocka_unit_test(processes_at_once_do_not_spoil_the_directory),
		cmocka_unit_test(a_removed_card_is_gone),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
