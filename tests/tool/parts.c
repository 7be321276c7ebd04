/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small parts of jpki-tool: words for a shell, the holder's birth date in words, what a report has
 * of a certificate and of other answers, how files are written over others, and packages.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/cards/personal.h"
#include "tool/report/facts.h"
#include "tool/system/file.h"
#include "tool/system/packages.h"
#include "tool/system/shell.h"

static char folder[] = "/tmp/tool-parts.XXXXXX";

/* ---- words for a shell ---- */

/* Whatever is in a path, bash makes the same bytes of the word for it. */
static void
a_shell_reads_what_was_quoted(void **state)
{
	static const char *const texts[] = {
		"plain/path-1.so",
		"",
		"a b",
		"it's",
		"$(reboot)",
		"`reboot`",
		"a;b|c&d>e",
		"\\",
		"\"quoted\"",
		"*",
		"~root",
		"-n",
		"module: /x y/z",
		"line\nfeed",
		"\033[2J",
		"\377\376",
		"\xE2\x80\xAE",
		"山田",
		"mixed'\n\\'\t!",
		"#comment",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char *word = shell_quote(texts[i]), *command, got[64] = "";
		FILE *shell;

		assert_non_null(word);
		for (const char *at = word; *at; at++)
			assert_true(*at >= ' ' && *at <= '~');
		assert_true(asprintf(&command, "printf %%s %s", word) > 0);
		assert_int_equal(setenv("COMMAND", command, 1), 0);
		shell = popen("exec bash -c \"$COMMAND\"", "r");
		assert_non_null(shell);
		assert_int_equal(fread(got, 1, sizeof got, shell), strlen(texts[i]));
		assert_int_equal(pclose(shell), 0);
		assert_memory_equal(got, texts[i], strlen(texts[i]));
		free(command);
		free(word);
	}
}

/* ---- the holder ---- */

static void
birth_dates_are_decoded(void **state)
{
	static const struct {
		const char *text, *words;
	} table[] = {
		{"419900102", "1990-01-02 (Heisei 2)"},
		{"319890107", "1989-01-07 (Showa 64)"},
		{"419890108", "1989-01-08 (Heisei 1)"},
		{"520190501", "2019-05-01 (Reiwa 1)"},
		{"219261224", "1926-12-24 (Taisho 15)"},
		{"119120729", "1912-07-29 (Meiji 45)"},
		{"919900102", "919900102"},
		{"", ""},
		{"4199001", "4199001"},
		{"4199a0102", "4199a0102"},
		{"519900102", "519900102"},
		/* no such day, none of that era, and none on which anybody was born yet */
		{"599999999", "599999999"},
		{"419900230", "419900230"},
		{"419901301", "419901301"},
		{"419900100", "419900100"},
		{"320190102", "320190102"},
		{"598760102", "598760102"},
		{"419920229", "1992-02-29 (Heisei 4)"},
		{"419930229", "419930229"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char *words = birth_text(table[i].text);

		assert_string_equal(words, table[i].words);
		free(words);
	}
}

/* ---- what a report tells of a certificate ---- */

static void
extensions_of(size_t count, char text[FACT_TEXT])
{
	X509 *certificate = X509_new();
	ASN1_OCTET_STRING *nothing = ASN1_OCTET_STRING_new();

	assert_true(certificate && nothing);
	for (size_t i = 0; i < count; i++) {
		char oid[32];
		ASN1_OBJECT *object;
		X509_EXTENSION *extension;

		(void)snprintf(oid, sizeof oid, "2.5.29.%zu", 100 + i);
		object = OBJ_txt2obj(oid, 1);
		extension = X509_EXTENSION_create_by_OBJ(NULL, object, 1, nothing);
		assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
		X509_EXTENSION_free(extension);
		ASN1_OBJECT_free(object);
	}
	text[0] = '\0';
	assert_true(fact_certificate(certificate, "extensions", text));
	ASN1_OCTET_STRING_free(nothing);
	X509_free(certificate);
}

/* More than any certificate of these authorities has; and what does not fit is not cut unsaid. */
static void
a_list_that_is_cut_says_so(void **state)
{
	char text[FACT_TEXT];

	(void)state;
	extensions_of(18, text);
	assert_string_equal(text + strlen(text) - 12, " 2.5.29.117!");
	extensions_of(40, text);
	assert_string_equal(text + strlen(text) - 15, "2.5.29.120! ...");
}

/* ---- what a report tells of answers ---- */

static void
answer(struct jpki_probe *p, char *name)
{
	unsigned int sw = 0, byte;
	unsigned long length = 0;
	int n = 0;
	char *rest = strchr(name, '=');

	assert_non_null(rest);
	*rest++ = '\0';
	assert_int_equal(sscanf(rest, "%4x:%lu%n", &sw, &length, &n), 2);
	*p = (struct jpki_probe){
		.name = name, .state = JPKI_PROBE_ANSWERED, .sw = sw, .length = length};
	for (rest += n + (rest[n] == ':'); sscanf(rest, "%2x", &byte) == 1; rest += 2)
		p->data[p->data_len++] = (CK_BYTE)byte;
}

static struct jpki_probe_report report;
static bool is_alone;	  /* on the card */
static const char *meant; /* by the fact that was judged last */

/* Of "NAME=SW:LENGTH" or "NAME=SW:LENGTH:DATA", with spaces between them: "" is not told. */
static enum fact_verdict
judge(const char *name, const char *answers, char value[FACT_TEXT])
{
	const struct fact_input in = {.report = &report};
	char *copy = strdup(answers), *rest = copy;
	enum fact_verdict verdict = FACT_NOT_TOLD;
	size_t i = 0;

	memset(&report, 0, sizeof report);
	report.alone = is_alone;
	for (char *word; (word = strsep(&rest, " ")) && *word;)
		answer(&report.probes[report.count++], word);
	while (i < fact_count && strcmp(facts[i].name, name) != 0)
		i++;
	assert_true(i < fact_count);
	verdict = fact_judge(&facts[i], &in, value);
	meant = fact_means(&facts[i], &in, verdict, value);
	free(copy);
	return verdict;
}

/* What the answers mean to the holder. */
static const char *
means_of(const char *name, const char *answers)
{
	char value[FACT_TEXT];

	(void)judge(name, answers, value);
	return meant;
}

#define LOGGED_IN                                                                                  \
	"pin=9000:0 pin-signature=9000:256 pin-after-file=9000:256 pin-after-jpki=9000:256"

#define FORMS(sw)                                                                                  \
	"signature-p1-01=" sw ":0 signature-p1-02=" sw ":0 signature-p1-03=" sw                    \
	":0 signature-p1-05=" sw ":0"

/* Short ids serve for the file and the PIN; what the signature command says to the key's, logged
 * out, and to that of a key that is not there. */
#define SHORT_IDS(key, nothing)                                                                    \
	"info-select=9000:0 info-short-id=9000:4 auth-pin-short-id=63C3:0 auth-pin-query=63C3:0 "  \
	"signature-selected=" key ":0 signature-short-id=" key ":0 signature-to-nothing=" nothing  \
	":0"

static void
a_fact_is_told_by_the_answers_that_tell_it_and_by_no_others(void **state)
{
	static const struct {
		const char *fact, *answers, *value;
	} table[] = {
		{"short-id-selects",
		 "info-read=9000:160 current-short-id=9000:4 current-read=9000:160", "yes"},
		{"short-id-selects",
		 "info-read=6282:160 current-short-id=9000:4 current-read=6282:160", "yes"},
		{"short-id-selects",
		 "info-read=9000:160 current-short-id=9000:4 current-read=9000:256", "no"},
		{"short-id-selects",
		 "info-read=6700:0 current-short-id=9000:4 current-read=9000:160", ""},
		{"short-id-selects",
		 "info-read=9000:160 current-short-id=9000:4 current-read=6CA0:0", ""},
		{"short-id-selects", "current-short-id=9000:4 current-read=9000:160", ""},
		{"certificates", "", ""},
		{"certificates", "availability-read=9000:3:8F0000", "sign"},
		{"certificates", "sign-certificate-select=6A82:0", ""},
		{"certificates", "sign-certificate-select=6A82:0 auth-certificate-read=6F00:0", ""},
		{"certificates", "sign-certificate-select=6A82:0 auth-certificate-read=9000:4:3082",
		 "auth"},
		{"certificates", "sign-certificate-select=6A82:0 auth-certificate-read=6982:0",
		 "auth"},
		{"certificates", "sign-certificate-select=6A82:0 auth-certificate-read=9000:4:FFFF",
		 "none"},
		{"certificates", "sign-certificate-select=6A82:0 auth-certificate-select=6A82:0",
		 "none"},
		{"absent-certificate", "", ""},
		{"absent-certificate", "availability-read=9000:3:008F00", ""},
		{"absent-certificate",
		 "availability-read=9000:3:008F00 sign-certificate-select=9000:0", "filler"},
		{"absent-certificate",
		 "availability-read=9000:3:008F00 sign-certificate-select=6A82:0", "missing"},
		{"absent-certificate",
		 "availability-read=9000:3:8F8F00 sign-certificate-select=9000:0", ""},
		{"absent-certificate", "auth-certificate-read=9000:4:3082", ""},
		{"absent-certificate", "auth-certificate-read=9000:4:FFFF", "filler"},
		{"sign-certificate", "sign-certificate-read=9000:4:01", "9000"},
		{"sign-certificate", "sign-certificate-read=6282:4:00", "filler"},
		{"sign-certificate", "sign-certificate-read=6982:0", "6982"},
		{"other-signatures", "signature-unknown=6A86:0 " FORMS("6700"), ""},
		{"other-signatures",
		 "signature-unknown=6A86:0 signature-p1-7f=6700:0 " FORMS("6700"), ""},
		{"other-signatures", "signature-p1-7f=6A86:0 " FORMS("6982"), "01 02 03 05"},
		{"other-signatures", "signature-p1-7f=6A86:0 " FORMS("6A86"), "none"},
		{"signature-limit", "pin-signature-longest=9000:256 pin-signature-too-long=6700:0",
		 "245"},
		{"signature-limit",
		 "pin-signature-longest=9000:256 pin-signature-too-long=9000:256", "more"},
		{"signature-limit", "pin-signature-longest=9000:256 pin-signature-too-long=6F00:0",
		 ""},
		{"signature-limit", "pin-signature-longest=6700:0 pin-signature-too-long=6700:0",
		 "less"},
		{"signature-limit", "pin-signature-longest=6982:0 pin-signature-too-long=6982:0",
		 ""},
		{"signature-without-pin", "pin-signature=9000:256", ""},
		{"signature-without-pin", "sign-nothing=6986:0 " FORMS("6982"), "refused"},
		/* A card that needs none may say just these: no word of them asks for one. */
		{"signature-without-pin", "key-select=9000:0 sign-nothing=6986:0 " FORMS("6700"),
		 "no-pin-asked"},
		{"signature-without-pin",
		 "key-select=9000:0 signature-selected=6984:0 " FORMS("6700"), "refused"},
		{"signature-without-pin",
		 "key-select=9000:0 signature-selected=6983:0 " FORMS("6700"), "refused"},
		{"signature-without-pin", "key-select=6A82:0 sign-nothing=6986:0 " FORMS("6986"),
		 ""},
		{"signature-without-pin", "sign-nothing=9000:256 " FORMS("6982"), "signed"},
		{"signature-without-pin", "sign-nothing=6986:0 signature-selected=6100:0",
		 "signed"},
		{"auth-certificate-size", "auth-certificate-end=6B00:3808", "3808"},
		{"auth-certificate-size", "auth-certificate-end=6B00:1536", "up to 1536"},
		{"select-none", "select-none=9000:0 none-read=9000:4", "9000"},
		{"select-none", "select-none=9000:0 none-read=6282:4", "9000"},
		{"select-none", "select-none=9000:0 none-read=6986:0", "changes"},
		{"select-none", "select-none=9000:0 none-read=6A82:0", "changes"},
		{"select-none", "select-none=9000:0", ""},
		{"select-none", "select-none=6A86:0", "6A86"},
		{"short-ids", SHORT_IDS("6700", "6700") " pin-signature-short-id=9000:256", "on"},
		{"short-ids", SHORT_IDS("6700", "6700") " pin-signature-short-id=6700:0", ""},
		{"short-ids",
		 SHORT_IDS("6700",
			   "6700") " pin-signature-longest=6700:0 pin-signature-short-id=6700:0",
		 ""},
		{"short-ids",
		 SHORT_IDS("6982",
			   "6982") " pin-signature-longest=9000:256 pin-signature-short-id=6982:0",
		 "no-signature"},
		{"short-ids", SHORT_IDS("6982", "6A88"), "on"},
		{"answers-in-pieces", "", ""},
		{"answers-in-pieces", "select-none=9000:0", "none"},
		{"answers-in-pieces", "select-none=9000:0 info-read=6CA0:0", "6CA0"},
	};
	char value[FACT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		(void)judge(table[i].fact, table[i].answers, value);
		if (strcmp(value, table[i].value) != 0)
			fail_msg("%s of \"%s\": \"%s\"", table[i].fact, table[i].answers, value);
	}
}

static void
what_is_not_safe_is_a_problem(void **state)
{
	static const struct {
		const char *fact, *answers;
	} table[] = {
		{"sign-certificate", "sign-certificate-read=9000:4:01"},
		{"key-read", "key-read=9000:4"},
		{"key-read", "key-read=6282:4"},
		{"signature-without-pin", "signature-p1-05=9000:256"},
	};
	char value[FACT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (judge(table[i].fact, table[i].answers, value) != FACT_PROBLEM)
			fail_msg("%s: %s is no problem", table[i].fact, value);
}

/* Nothing differs from what is known: facts on the card have no order of these checks. */
static void
a_card_that_asked_for_no_pin_is_new_and_told_of_in_private(void **state)
{
	static const char answers[] = "key-select=9000:0 sign-nothing=6986:0 " FORMS("6700");
	const char *means;
	char value[FACT_TEXT];

	(void)state;
	assert_int_equal(judge("signature-without-pin", answers, value), FACT_NEW);
	means = means_of("signature-without-pin", answers);
	assert_non_null(strstr(means, "not in public"));
	assert_null(strstr(means, "Nothing to do"));
}

/* What is to be told in private first says so (doc/REAL-CARDS.md). */
static void
what_is_not_safe_is_told_in_private(void **state)
{
	static const struct {
		const char *fact, *answers;
	} table[] = {
		{"signature", "pin=9000:0 pin-signature=9000:256:00"},
		{"login-after-leaving", LOGGED_IN " pin-after-leaving=9000:256"},
		{"login-after-isd", LOGGED_IN " pin-after-leaving=9000:256 pin-after-isd=9000:256"},
		{"sign-certificate", "sign-certificate-read=9000:4:01"},
		{"key-read", "key-read=9000:4"},
		{"signature-without-pin", "signature-p1-05=9000:256"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (!strstr(means_of(table[i].fact, table[i].answers), "not in public"))
			fail_msg("%s: %s", table[i].fact,
				 means_of(table[i].fact, table[i].answers));
}

/* Whoever gave the PIN is not told to give it. */
static void
why_nothing_is_told_after_the_pin_is_not_the_pin(void **state)
{
	static const char *const names[] = {
		"login-at-reset",  "login-after-leaving", "login-after-isd", "login-at-power-loss",
		"delay-signature", "signature-limit",	  "query-after-pin", "pss",
		"short-ids",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!strstr(means_of(names[i], ""), "takes the PIN"))
			fail_msg("%s: %s", names[i], means_of(names[i], ""));
		if (strstr(means_of(names[i], "pin=9000:0"), "takes the PIN"))
			fail_msg("%s: %s", names[i], means_of(names[i], "pin=9000:0"));
	}
	assert_string_equal(means_of("login-at-reset", LOGGED_IN),
			    "another program was connected to the card");
	is_alone = true;
	assert_non_null(strstr(means_of("login-at-reset", LOGGED_IN), "with contacts not tried"));
	assert_string_equal(
		means_of("login-after-isd", LOGGED_IN " pin-reset=9000:0 pin-after-reset=6982:0"),
		"the reset had ended the login before");
	is_alone = false;
}

/* ---- files ---- */

static const char *
path_of(const char *name)
{
	static char path[2][PATH_MAX];
	static size_t turn;

	turn = !turn;
	(void)snprintf(path[turn], PATH_MAX, "%s/%s", folder, name);
	return path[turn];
}

static void
put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static void
assert_file(const char *name, const char *text, mode_t mode)
{
	char got[64] = "";
	struct stat about;
	FILE *file = fopen(path_of(name), "r");

	assert_non_null(file);
	(void)fread(got, 1, sizeof got - 1, file);
	(void)fclose(file);
	assert_string_equal(got, text);
	assert_int_equal(stat(path_of(name), &about), 0);
	assert_int_equal(about.st_mode & 07777, mode);
}

static void
a_file_written_over_keeps_its_mode(void **state)
{
	const mode_t modes[] = {0600, 0640, 0644, 0400};

	(void)state;
	(void)umask(022);
	assert_int_equal(file_write(path_of("new"), "1", 1, false), TOOL_OK);
	assert_file("new", "1", 0644);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		put("old", "before", modes[i]);
		assert_int_equal(file_may_write(path_of("old"), true), TOOL_OK);
		assert_int_equal(file_write(path_of("old"), "after", 5, true), TOOL_OK);
		assert_file("old", "after", modes[i]);
		assert_int_equal(unlink(path_of("old")), 0);
	}
	(void)umask(077);
	assert_int_equal(file_write(path_of("mine"), "1", 1, false), TOOL_OK);
	assert_file("mine", "1", 0600);
}

static void
a_link_is_followed_and_stays_one(void **state)
{
	struct stat about;

	(void)state;
	put("target", "before", 0600);
	assert_int_equal(symlink("target", path_of("link")), 0);
	assert_int_equal(file_may_write(path_of("link"), false), TOOL_FAILED);
	assert_int_equal(file_write(path_of("link"), "after", 5, true), TOOL_OK);
	assert_int_equal(lstat(path_of("link"), &about), 0);
	assert_true(S_ISLNK(about.st_mode));
	assert_file("target", "after", 0600);
	assert_int_equal(symlink("nowhere", path_of("lost")), 0);
	assert_int_equal(file_may_write(path_of("lost"), true), TOOL_FAILED);
	assert_int_equal(file_write(path_of("lost"), "x", 1, true), TOOL_FAILED);
	assert_int_equal(access(path_of("nowhere"), F_OK), -1);
}

static void
what_cannot_be_written_is_known_before(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	/* the longest name there may be, and one that is longer */
	memset(name, 'n', sizeof name);
	name[NAME_MAX] = '\0';
	assert_int_equal(file_may_write(path_of(name), false), TOOL_OK);
	assert_int_equal(file_write(path_of(name), "x", 1, false), TOOL_OK);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	assert_int_equal(file_may_write(path_of(name), false), TOOL_FAILED);
	assert_int_equal(file_may_write(path_of("no/where"), false), TOOL_FAILED);
	assert_int_equal(file_may_write(path_of(""), false), TOOL_FAILED);
	assert_int_equal(file_may_write(path_of("new/below-a-file"), false), TOOL_FAILED);
	/* where not even root may */
	assert_int_equal(file_may_write("/proc/made.p7s", false), TOOL_FAILED);
}

/* As root, who may everything, and therefore for a moment as somebody else. */
static void
a_folder_that_is_closed_takes_no_file(void **state)
{
	uid_t self = geteuid(), other = self ? self : 65534;
	enum tool_exit closed, opened;

	(void)state;
	(void)umask(0);
	assert_int_equal(mkdir(path_of("closed"), 0555), 0);
	assert_int_equal(mkdir(path_of("opened"), 0755), 0);
	if (chmod(folder, 0755) || chown(path_of("opened"), other, (gid_t)-1) || seteuid(other))
		skip();
	closed = file_may_write(path_of("closed/made.p7s"), false);
	opened = file_may_write(path_of("opened/made.p7s"), false);
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(closed, TOOL_FAILED);
	assert_int_equal(opened, TOOL_OK);
}

static void
nothing_is_left_beside_what_is_asked(void **state)
{
	char command[PATH_MAX];

	(void)state;
	(void)snprintf(command, sizeof command, "test -z \"$(ls -A '%s' | grep jpki-tool)\"",
		       folder);
	assert_int_equal(system(command), 0);
}

/* ---- packages ---- */

/* A system is known by its package manager; on one that has none that is known, Debian's. */
static void
every_package_is_named_by_the_systems_own_manager(void **state)
{
	static const struct {
		const char *manager, *command;
	} systems[] = {{"apt-get", "sudo apt-get install "},
		       {"dnf", "sudo dnf install "},
		       {"pacman", "sudo pacman -S "},
		       {"zypper", "sudo apt-get install "}};
	char *path = strdup(getenv("PATH"));

	(void)state;
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		const size_t len = strlen(systems[i].command);
		const char *commands[PACKAGES];
		char program[PATH_MAX];

		(void)snprintf(program, sizeof program, "%s/%s", folder, systems[i].manager);
		assert_int_equal(close(open(program, O_CREAT | O_WRONLY | O_CLOEXEC, 0755)), 0);
		(void)setenv("PATH", folder, 1);
		for (enum package package = 0; package < PACKAGES; package++)
			commands[package] = package_command(package);
		(void)setenv("PATH", path, 1);
		assert_int_equal(unlink(program), 0);
		for (enum package package = 0; package < PACKAGES; package++) {
			assert_non_null(commands[package]);
			assert_int_equal(strncmp(commands[package], systems[i].command, len), 0);
			assert_true(commands[package][len] != '\0');
		}
	}
	free(path);
}

static int
prepare(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
clean_up(void **state)
{
	char command[PATH_MAX];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_reads_what_was_quoted),
		cmocka_unit_test(birth_dates_are_decoded),
		cmocka_unit_test(a_list_that_is_cut_says_so),
		cmocka_unit_test(a_fact_is_told_by_the_answers_that_tell_it_and_by_no_others),
		cmocka_unit_test(what_is_not_safe_is_a_problem),
		cmocka_unit_test(a_card_that_asked_for_no_pin_is_new_and_told_of_in_private),
		cmocka_unit_test(what_is_not_safe_is_told_in_private),
		cmocka_unit_test(why_nothing_is_told_after_the_pin_is_not_the_pin),
		cmocka_unit_test(a_file_written_over_keeps_its_mode),
		cmocka_unit_test(a_link_is_followed_and_stays_one),
		cmocka_unit_test(what_cannot_be_written_is_known_before),
		cmocka_unit_test(a_folder_that_is_closed_takes_no_file),
		cmocka_unit_test(nothing_is_left_beside_what_is_asked),
		cmocka_unit_test(every_package_is_named_by_the_systems_own_manager),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
