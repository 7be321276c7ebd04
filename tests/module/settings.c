/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/case.h"

/*
 * Settings from the user's file and from the environment, what a mistake in them does (nothing
 * but a line in the log), and what the log may never hold.
 */

static const char sony[] = "SONY FeliCa RC-S300/S (0712345) [CCID Interface] 00 00";

static int
set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_sim("unplug", "Second", NULL);
	harness_sim("unplug", sony, NULL);
	harness_reset();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL);
	(void)unlink(harness_config_path());
	(void)rmdir(harness_config_path());
	return 0;
}

static bool
labels_are_japanese(void)
{
	CK_TOKEN_INFO info;

	assert_int_equal(f->C_GetTokenInfo(SLOT_SIGN, &info), CKR_OK);
	return memcmp(info.label, "JPKI 署名用", strlen("JPKI 署名用")) == 0;
}

static bool
authorities_are_hidden(void)
{
	return p11_find(f, p11_open(f, SLOT_SIGN), CKO_CERTIFICATE, NULL) == 0;
}

static bool
pin_is_asked_each_time(void)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_SIGN);
	CK_OBJECT_HANDLE key;
	CK_ULONG len = 0;
	uint8_t *value;
	bool is;

	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	value = p11_get(f, session, key, CKA_ALWAYS_AUTHENTICATE, &len);
	assert_int_equal(len, 1);
	is = *value;
	free(value);
	return is;
}

static bool
pss_is_off(void)
{
	CK_MECHANISM_INFO info;

	return f->C_GetMechanismInfo(SLOT_AUTH, CKM_RSA_PKCS_PSS, &info) == CKR_MECHANISM_INVALID;
}

static bool
reader_is_left_out(void)
{
	return !p11_has_token(f, SLOT_AUTH);
}

/* Each setting: a value that shows, one that does not, and how it shows. */
static const struct {
	const char *name, *set, *unset;
	bool (*shows)(void);
} settings[] = {
	{"token-labels", "japanese", "english", labels_are_japanese},
	{"hide-ca-certificates", "yes", "no", authorities_are_hidden},
	{"ask-pin-each-signature", "yes", "no", pin_is_asked_each_time},
	{"pss", "off", "auto", pss_is_off},
	{"reader", "Other*", "Rea*", reader_is_left_out},
};
#define SETTINGS (sizeof settings / sizeof settings[0])

static bool
shows(size_t i)
{
	bool is;

	p11_start(f);
	is = settings[i].shows();
	p11_stop(f);
	return is;
}

static void
configure(const char *name, const char *value)
{
	char line[256];

	(void)snprintf(line, sizeof line, "%s = %s\n", name, value);
	harness_configure(line);
}

static void
each_setting_is_taken_from_the_users_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTINGS; i++) {
		assert_false(shows(i));
		configure(settings[i].name, settings[i].set);
		assert_true(shows(i));
		configure(settings[i].name, settings[i].unset);
		assert_false(shows(i));
		harness_configure(NULL);
	}
}

static void
each_setting_is_taken_from_its_variable(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTINGS; i++) {
		harness_setting(settings[i].name, settings[i].set);
		assert_true(shows(i));
		harness_setting(settings[i].name, NULL);
		assert_false(shows(i));
	}
}

static void
a_variable_has_the_last_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTINGS; i++) {
		configure(settings[i].name, settings[i].set);
		harness_setting(settings[i].name, settings[i].unset);
		assert_false(shows(i));
		configure(settings[i].name, settings[i].unset);
		harness_setting(settings[i].name, settings[i].set);
		assert_true(shows(i));
		harness_setting(settings[i].name, NULL);
	}
}

static void
without_xdg_config_home_the_file_is_in_dot_config(void **state)
{
	char *folder = strdup(getenv("XDG_CONFIG_HOME")), *home = getenv("HOME");
	char *old_home = home ? strdup(home) : NULL, path[4096];

	(void)state;
	configure("token-labels", "japanese");
	(void)snprintf(path, sizeof path, "%s/.config", folder);
	assert_int_equal(symlink(folder, path), 0);
	(void)setenv("HOME", folder, 1);
	(void)unsetenv("XDG_CONFIG_HOME");
	assert_true(shows(0));
	(void)setenv("XDG_CONFIG_HOME", "relative/is/not/valid", 1);
	assert_true(shows(0));
	(void)setenv("XDG_CONFIG_HOME", folder, 1);
	(void)(old_home ? setenv("HOME", old_home, 1) : unsetenv("HOME"));
	assert_int_equal(unlink(path), 0);
	free(old_home);
	free(folder);
}

static void
another_file_may_take_the_place_of_the_one_for_all_users(void **state)
{
	char *path = NULL;

	(void)state;
	assert_true(asprintf(&path, "%s.all", harness_config_path()) > 0);
	configure("token-labels", "japanese");
	assert_int_equal(rename(harness_config_path(), path), 0);
	harness_log("warning");
	assert_false(shows(0));
	harness_setting("system-conf", path);
	assert_true(shows(0));
	configure("token-labels", "english"); /* the user's own outweighs it */
	assert_false(shows(0));
	assert_int_equal(harness_log_count("\n"), 0);
	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
comments_blanks_and_line_ends_do_not_matter(void **state)
{
	(void)state;
	harness_log("warning");
	harness_configure(
		"# a comment = not a setting\r\n\r\n \t \n\ttoken-labels=japanese\r\n"
		"   hide-ca-certificates   =   yes   \n# the last line has no end\npss=off");
	assert_true(shows(0));
	assert_true(shows(1));
	assert_true(shows(3));
	assert_int_equal(harness_log_count("\n"), 0);
}

/* The log says where: the file and line. */
static void
assert_told_at(unsigned int line, const char *what)
{
	char place[4096 + 64];

	(void)snprintf(place, sizeof place, "%s:%u: %s", harness_config_path(), line, what);
	if (harness_log_count(place) != 1)
		fail_msg("the log does not say once \"%s\"", place);
}

static void
a_mistake_in_the_file_is_told_with_its_line_and_stops_nothing(void **state)
{
	char text[2048], longer[1024];

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	(void)snprintf(text, sizeof text,
		       "# line 1\n"
		       "token-label = japanese\n" /* no such setting */
		       "token-labels = klingon\n"
		       "hide-ca-certificates\n" /* no value */
		       "pss = ON\n"		/* values are in small letters */
		       "= yes\n"
		       "reader = %s\n"
		       "ask-pin-each-signature = \n"
		       "log-file = jpki.log\n" /* where that is depends on the program */
		       "hide-ca-certificates = yes\n"
		       "ask-pin-agent-keep = 61\n"
		       "ask-pin-agent-keep = 1 s\n",
		       longer);
	harness_configure(text);
	harness_log("warning");
	p11_start(f);
	assert_told_at(2, "token-label");
	assert_told_at(3, "token-labels");
	assert_told_at(4, "hide-ca-certificates");
	assert_told_at(5, "pss");
	assert_told_at(6, "");
	assert_told_at(7, "reader");
	assert_told_at(8, "ask-pin-each-signature");
	assert_told_at(9, "log-file");
	assert_told_at(11, "ask-pin-agent-keep");
	assert_told_at(12, "ask-pin-agent-keep");
	assert_int_equal(harness_log_count("\n"), 10);
	/* What is right counts, what is wrong leaves the default. */
	assert_true(authorities_are_hidden());
	assert_false(labels_are_japanese());
	assert_false(pss_is_off());
	assert_false(reader_is_left_out());
	assert_false(pin_is_asked_each_time());
}

static void
a_mistake_in_a_variable_is_told_with_its_name(void **state)
{
	(void)state;
	configure("token-labels", "japanese");
	harness_setting("token-labels", "nonsense");
	harness_log("warning");
	assert_true(shows(0)); /* what the file says stays */
	assert_int_equal(harness_log_count("JPKI_PKCS11_TOKEN_LABELS"), 1);
	assert_int_equal(harness_log_count("\n"), 1);
}

static void
a_variable_that_no_setting_has_is_told(void **state)
{
	(void)state;
	harness_setting("token-label", "japanese");
	harness_log("warning");
	assert_false(shows(0));
	harness_setting("token-label", NULL);
	assert_int_equal(harness_log_count("JPKI_PKCS11_TOKEN_LABEL: no such setting"), 1);
	assert_int_equal(harness_log_count("\n"), 1);
}

static void
what_is_no_file_in_its_place_is_told_and_does_not_hang(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(harness_config_path(), 0600), 0);
	harness_log("warning");
	assert_false(shows(0));
	assert_int_equal(harness_log_count(harness_config_path()), 1);
	assert_int_equal(unlink(harness_config_path()), 0);
	assert_int_equal(mkdir(harness_config_path(), 0700), 0);
	harness_log("warning");
	assert_false(shows(0));
	assert_int_equal(harness_log_count(harness_config_path()), 1);
}

static void
a_file_of_random_bytes_stops_nothing(void **state)
{
	FILE *file = fopen(harness_config_path(), "w");

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++)
		(void)fputc(rand() & 0xff, file);
	assert_int_equal(fclose(file), 0);
	harness_log("error");
	p11_start(f);
	assert_int_equal(p11_login(f, p11_open(f, SLOT_AUTH), PIN_AUTH), CKR_OK);
}

/* What goes to the standard error in between. */
static int saved_stderr;
static char stderr_path[] = "/tmp/jpki-test-stderr-XXXXXX";

static void
catch_stderr(void)
{
	int fd;

	memcpy(stderr_path + sizeof stderr_path - 7, "XXXXXX", 6);
	fd = mkstemp(stderr_path);
	assert_true(fd >= 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	(void)close(fd);
}

static void
release_stderr(char text[4096])
{
	FILE *file;
	size_t len;

	(void)dup2(saved_stderr, STDERR_FILENO);
	(void)close(saved_stderr);
	file = fopen(stderr_path, "r");
	assert_non_null(file);
	len = fread(text, 1, 4095, file);
	text[len] = '\0';
	(void)fclose(file);
	(void)unlink(stderr_path);
}

/* One start with the given place for the log, and a mistake to be told. */
static void
start_with_log_file(const char *log_file, char text[4096])
{
	harness_setting("log-file", log_file);
	harness_setting("pss", "nonsense");
	catch_stderr();
	p11_start(f);
	p11_stop(f);
	release_stderr(text);
}

static void
the_log_goes_where_it_is_sent(void **state)
{
	char text[4096];

	(void)state;
	start_with_log_file(NULL, text); /* nowhere else: to the standard error */
	assert_non_null(strstr(text, "JPKI_PKCS11_PSS"));
	start_with_log_file("stderr", text);
	assert_non_null(strstr(text, "JPKI_PKCS11_PSS"));
	start_with_log_file("none", text);
	assert_string_equal(text, "");
	harness_log("warning");
	start_with_log_file(getenv("JPKI_PKCS11_LOG_FILE"), text);
	assert_string_equal(text, "");
	assert_int_equal(harness_log_count("JPKI_PKCS11_PSS"), 1);
}

static void
a_log_file_that_cannot_be_is_told_on_the_standard_error(void **state)
{
	char text[4096];

	(void)state;
	start_with_log_file("some/relative/path", text);
	assert_non_null(strstr(text, "some/relative/path"));
	assert_non_null(strstr(text, "JPKI_PKCS11_PSS"));
	start_with_log_file("/nonexistent/folder/log", text);
	assert_non_null(strstr(text, "/nonexistent/folder/log"));
	assert_non_null(strstr(text, "JPKI_PKCS11_PSS"));
}

/* In the folder of this test, to be unlinked. */
static const char *
own_path(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof path, "%s/%s", getenv("XDG_CONFIG_HOME"), name);
	return path;
}

static void
make_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void
make_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
make_link(const char *path)
{
	assert_int_equal(symlink("/tmp/jpki-test-link-to-nowhere", path), 0);
}

static void
make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	(void)close(fd);
}

static void
assert_no_log_file(const char *path)
{
	char text[4096];

	(void)alarm(HANG_SECONDS); /* it must not hang */
	start_with_log_file(path, text);
	(void)alarm(0);
	if (!strstr(text, path) || !strstr(text, "not a regular file"))
		fail_msg("%s: \"%s\"", path, text);
	assert_non_null(strstr(text, "JPKI_PKCS11_PSS"));
}

static void
what_is_no_file_is_no_log_file_and_hangs_nothing(void **state)
{
	static void (*const make[])(const char *) = {make_fifo, make_folder, make_link,
						     make_socket};

	(void)state;
	for (size_t i = 0; i < sizeof make / sizeof make[0]; i++) {
		make[i](own_path("special"));
		assert_no_log_file(own_path("special"));
		assert_int_equal(remove(own_path("special")), 0);
	}
	assert_no_log_file("/dev/null");
	assert_no_log_file("/dev/full");
	assert_no_log_file("/dev/tty");
}

/* Nobody's messages go into the log, and no line of the log into a file of the host's. */
static void
with_the_standard_error_closed_no_file_is_taken_for_it(void **state)
{
	struct stat st;
	int fd, closed;

	(void)state;
	saved_stderr = dup(STDERR_FILENO);
	harness_log("info");
	harness_setting("pss", "nonsense");
	(void)close(STDERR_FILENO);
	p11_start(f);
	closed = fcntl(STDERR_FILENO, F_GETFD);
	p11_stop(f);
	harness_setting("log-file", NULL);
	p11_start(f);
	fd = open(own_path("host"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	harness_sim("service", "stop", NULL);
	(void)p11_has_token(f, SLOT_AUTH);
	(void)dup2(saved_stderr, STDERR_FILENO);
	(void)close(saved_stderr);
	assert_int_equal(closed, -1);
	assert_int_equal(harness_log_count("JPKI_PKCS11_PSS"), 1);
	assert_int_equal(fd, STDERR_FILENO);
	assert_int_equal(stat(own_path("host"), &st), 0);
	assert_int_equal(st.st_size, 0);
	(void)unlink(own_path("host"));
}

static void
nobody_reads(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

static void
nobody_reads_in_time(void)
{
	static const char block[4096];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof block) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
}

static void
files_are_limited(void)
{
	const struct rlimit limit = {8, 8};

	harness_log("info");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_log_that_cannot_be_written_neither_ends_nor_holds_up_the_program(void **state)
{
	static void (*const prepare[])(void) = {nobody_reads, nobody_reads_in_time,
						files_are_limited};
	int status;
	pid_t child;

	(void)state;
	for (size_t i = 0; i < sizeof prepare / sizeof prepare[0]; i++) {
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			(void)signal(SIGPIPE, SIG_DFL);
			(void)signal(SIGXFSZ, SIG_DFL);
			(void)alarm(HANG_SECONDS);
			harness_setting("pss", "nonsense");
			prepare[i]();
			_exit(f->C_Initialize(NULL) == CKR_OK && f->C_Finalize(NULL) == CKR_OK ? 0
											       : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("way %zu ends the program: %d", i, status);
	}
}

static void
the_log_file_is_for_its_owner_only(void **state)
{
	struct stat st;

	(void)state;
	harness_log("info");
	p11_start(f);
	assert_int_equal(stat(getenv("JPKI_PKCS11_LOG_FILE"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Everything that carries a secret: both logins, a wrong PIN, a change, signatures, reading. */
static void
do_everything(void)
{
	static const char *const others[] = {"8642", "zyx987"};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key, found[16];
	uint8_t signature[256];
	CK_ULONG len;

	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		CK_SESSION_HANDLE session = p11_open(f, slot);

		assert_int_equal(p11_login(f, session, others[slot]), CKR_PIN_INCORRECT);
		assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
		assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
		assert_int_equal(p11_sign(f, session, key, &mechanism, "x", 1, signature), CKR_OK);
		for (CK_ULONG n = p11_search(f, session, NULL, 0, found); n > 0; n--)
			free(p11_get(f, session, found[n - 1], CKA_VALUE, &len));
		for (int i = 0; i < 2; i++) {
			const char *from = i ? others[slot] : pins[slot];
			const char *to = i ? pins[slot] : others[slot];

			assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)from,
						     strlen(from), (CK_UTF8CHAR *)(uintptr_t)to,
						     strlen(to)),
					 CKR_OK);
		}
	}
}

static char *
hex_of(const uint8_t *bytes, size_t len)
{
	char *hex = malloc(2 * len + 1);

	assert_non_null(hex);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02X", bytes[i]);
	return hex;
}

/* The log with its hexadecimal run together, in capitals: however it is grouped. */
static char *
run_together(const char *text)
{
	char *out = calloc(1, strlen(text) + 1), *p = out;

	assert_non_null(out);
	for (; *text; text++)
		if (*text != ' ' && *text != ':')
			*p++ = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
	return out;
}

static void
assert_no_pin(const char *text, const char *together)
{
	static const char *const secrets[] = {PIN_AUTH, PIN_SIGN, "8642", "ZYX987"};
	char *hex;

	for (size_t i = 0; i < 4; i++) {
		hex = hex_of((const uint8_t *)secrets[i], strlen(secrets[i]));
		if (strstr(together, hex))
			fail_msg("the log holds the PIN %s in hexadecimal", secrets[i]);
		if (strlen(secrets[i]) > 4 && strstr(together, secrets[i]))
			fail_msg("the log holds the PIN %s", secrets[i]);
		free(hex);
	}
	assert_null(strstr(text, "zyx987"));
}

/* Eight bytes in a row are more than chance. */
static void
assert_no_signing_certificate(const char *together)
{
	X509 *x = harness_certificate("alias", "sign");
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);
	char *hex = hex_of(der, (size_t)len), window[17] = {0};

	for (int at = 0; at + 8 <= len; at++) {
		memcpy(window, hex + 2 * at, 16);
		if (strstr(together, window))
			fail_msg("the log holds the signing certificate from byte %d", at);
	}
	free(hex);
	OPENSSL_free(der);
	X509_free(x);
}

static void
the_fullest_log_holds_no_pin_and_no_signing_certificate(void **state)
{
	size_t len;
	char *text, *together;

	(void)state;
	harness_card("alias");
	harness_log("debug");
	p11_start(f);
	do_everything();
	p11_stop(f);
	text = harness_log_text(&len);
	assert_int_equal(strlen(text), len);
	together = run_together(text);
	/* Headers and lengths are there: it is the log of all that. */
	assert_non_null(strstr(text, "00 20 00 9B"));
	assert_non_null(strstr(text, "00 24 01"));
	assert_non_null(strstr(text, "80 2A 00 9A"));
	assert_non_null(strstr(text, "6 bytes"));
	assert_no_pin(text, together);
	assert_no_signing_certificate(together);
	free(together);
	free(text);
}

static void
at_the_usual_level_everyday_work_leaves_no_line(void **state)
{
	(void)state;
	harness_card("alias");
	harness_log("warning");
	p11_start(f);
	do_everything();
	harness_sim("remove", NULL);
	assert_false(p11_has_token(f, SLOT_AUTH));
	p11_stop(f);
	assert_int_equal(harness_log_count("\n"), 0);
}

static void
a_missing_pcscd_is_told_once(void **state)
{
	(void)state;
	harness_log("warning");
	harness_sim("service", "stop", NULL);
	p11_start(f);
	for (int i = 0; i < 5; i++)
		assert_false(p11_has_token(f, SLOT_AUTH));
	assert_int_equal(harness_log_count("\n"), 1);
	assert_int_equal(harness_log_count("pcscd"), 1);
}

static void
a_card_of_another_kind_is_told_once(void **state)
{
	static const char *const cards[][2] = {{"foreign", "My Number"}, {"juki", "Juki"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		harness_card(cards[i][0]);
		harness_log("info");
		p11_start(f);
		for (int k = 0; k < 3; k++)
			assert_false(p11_has_token(f, SLOT_AUTH));
		p11_stop(f);
		assert_int_equal(harness_log_count("\n"), 1);
		assert_int_equal(harness_log_count(cards[i][1]), 1);
	}
}

/* Which readers are looked at is the user's choice: a pattern of names. */
static void
the_reader_setting_picks_readers_by_name(void **state)
{
	CK_SLOT_INFO info;
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;

	(void)state;
	harness_sim("plug", "Second", NULL);
	harness_sim("insert", "alias", "Second", NULL);
	harness_setting("reader", "Sec*");
	p11_start(f);
	assert_int_equal(f->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(f->C_GetSlotInfo(slots[0], &info), CKR_OK);
	assert_memory_equal(info.slotDescription, "Second", 6);
	assert_true(info.flags & CKF_TOKEN_PRESENT);
	harness_sim("remove", "Second", NULL);
}

/* The names that libccid gives: brackets, capitals. */
static void
the_reader_setting_takes_a_name_as_it_stands_whatever_its_case(void **state)
{
	static const char *const values[] = {
		"SONY FeliCa RC-S300/S (0712345) [CCID Interface] 00 00",
		"sony felica rc-s300/s (0712345) [ccid interface] 00 00",
		"\"SONY FeliCa RC-S300/S (0712345) [CCID Interface] 00 00\"",
		"'*sony*'",
		"*SONY*",
	};
	char text[65] = "", line[256];
	CK_SLOT_INFO info;

	(void)state;
	harness_sim("plug", sony, NULL);
	for (size_t i = 0; i < 2 * (sizeof values / sizeof values[0]); i++) {
		(void)snprintf(line, sizeof line, "reader = %s # the one on the desk\r\n",
			       values[i / 2]);
		harness_configure(i % 2 ? line : NULL);
		harness_setting("reader", i % 2 ? NULL : values[i / 2]);
		p11_start(f);
		assert_int_equal(f->C_GetSlotInfo(0, &info), CKR_OK);
		memcpy(text, info.slotDescription, 64);
		if (!strstr(text, "00 00"))
			fail_msg("%s: %s", values[i / 2], text);
		p11_stop(f);
	}
	harness_sim("unplug", sony, NULL);
}

/* The setting as it is in force, and which of the readers that are plugged in it hides. */
static void
assert_hides(const char *setting, const char *source, bool first, bool second)
{
	struct jpki_reader_list list;

	p11_start(f);
	p11_readers("jpki-pkcs11", &list);
	assert_int_equal(list.service, JPKI_REASON_NONE);
	assert_string_equal(list.setting, setting);
	assert_string_equal(list.source, source);
	assert_int_equal(list.count, 2);
	for (CK_ULONG i = 0; i < list.count; i++) {
		const bool is_first = strcmp(list.readers[i].name, "Reader") == 0;

		assert_true(is_first || strcmp(list.readers[i].name, "Second") == 0);
		assert_int_equal(list.readers[i].hidden, is_first ? first : second);
	}
	p11_stop(f);
}

static void
what_the_reader_setting_hides_is_told_with_the_place_where_it_stands(void **state)
{
	char place[4096 + 16], longer[1024];

	(void)state;
	harness_sim("plug", "Second", NULL);
	assert_hides("", "", false, false);
	harness_configure("# mine\nreader = 'Sec*' # the left one\n");
	(void)snprintf(place, sizeof place, "%s:2", harness_config_path());
	assert_hides("Sec*", place, true, false);
	harness_setting("reader", "None of these");
	assert_hides("None of these", "JPKI_PKCS11_READER", true, true);
	/* What is no value changes nothing, nor does it become the place. */
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	harness_setting("reader", longer);
	assert_hides("Sec*", place, true, false);
	harness_setting("reader", "");
	assert_hides("", "JPKI_PKCS11_READER", false, false);
}

static void
readers_that_are_gone_or_cannot_be_seen_are_not_told_as_hidden(void **state)
{
	struct jpki_reader_list list;

	(void)state;
	harness_setting("reader", "Sec*");
	p11_start(f);
	p11_readers("jpki-pkcs11", &list);
	assert_int_equal(list.count, 1);
	assert_true(list.readers[0].hidden);
	harness_sim("unplug", NULL);
	p11_readers("jpki-pkcs11", &list);
	assert_int_equal(list.count, 0);
	assert_int_equal(list.service, JPKI_REASON_NONE);
	harness_sim("plug", NULL);
	harness_sim("service", "stop", NULL);
	p11_readers("jpki-pkcs11", &list);
	assert_int_equal(list.count, 0);
	assert_int_equal(list.service, JPKI_REASON_NO_SERVICE);
}

static void
a_file_may_begin_with_its_mark_and_have_quotes_and_comments(void **state)
{
	(void)state;
	harness_configure("\xef\xbb\xbftoken-labels = \"japanese\"\r\npss='off' # an old card\n"
			  "reader = \"Reader\"   # \"this\"\n");
	harness_log("warning");
	p11_start(f);
	assert_true(labels_are_japanese());
	assert_true(pss_is_off());
	assert_int_equal(harness_log_count("\n"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_setting_is_taken_from_the_users_file),
		TEST(each_setting_is_taken_from_its_variable),
		TEST(a_variable_has_the_last_word),
		TEST(without_xdg_config_home_the_file_is_in_dot_config),
		TEST(another_file_may_take_the_place_of_the_one_for_all_users),
		TEST(comments_blanks_and_line_ends_do_not_matter),
		TEST(a_mistake_in_the_file_is_told_with_its_line_and_stops_nothing),
		TEST(a_mistake_in_a_variable_is_told_with_its_name),
		TEST(a_variable_that_no_setting_has_is_told),
		TEST(what_is_no_file_in_its_place_is_told_and_does_not_hang),
		TEST(a_file_of_random_bytes_stops_nothing),
		TEST(the_log_goes_where_it_is_sent),
		TEST(a_log_file_that_cannot_be_is_told_on_the_standard_error),
		TEST(what_is_no_file_is_no_log_file_and_hangs_nothing),
		TEST(with_the_standard_error_closed_no_file_is_taken_for_it),
		TEST(a_log_that_cannot_be_written_neither_ends_nor_holds_up_the_program),
		TEST(the_log_file_is_for_its_owner_only),
		TEST(the_fullest_log_holds_no_pin_and_no_signing_certificate),
		TEST(at_the_usual_level_everyday_work_leaves_no_line),
		TEST(a_missing_pcscd_is_told_once),
		TEST(a_card_of_another_kind_is_told_once),
		TEST(the_reader_setting_picks_readers_by_name),
		TEST(the_reader_setting_takes_a_name_as_it_stands_whatever_its_case),
		TEST(what_the_reader_setting_hides_is_told_with_the_place_where_it_stands),
		TEST(readers_that_are_gone_or_cannot_be_seen_are_not_told_as_hidden),
		TEST(a_file_may_begin_with_its_mark_and_have_quotes_and_comments),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", "--reader", "Second", "--reader",
		      sony, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
