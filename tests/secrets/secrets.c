/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Watches the memory of a program that uses the module (tests/secrets/client.c) for its PINs and
 * the card holder's name and address. To be run where a simulated card is at hand:
 *
 *	secrets MODULE CLIENT CERTIFICATE PIN-AUTH PIN-SIGN FOLDER TOOL PINENTRY
 *
 * CERTIFICATE is the card's signing certificate (PEM), FOLDER an empty one for core dumps and the
 * log, TOOL jpki-tool, PINENTRY a pinentry program that types the password. Prints results as
 *tests/pcscd/lib.sh does.
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/harness.h"
#include "tests/secrets/order.h"
#include "tests/secrets/scan.h"

enum {
	PIECE = 12, /* bytes of a name or address that make a needle: four characters */
	END = 16    /* of the certificate's own signature */
};

#define PIN_REFUSED "WRONG9KQ4ZJ7TYX"
#define PIN_NEW "NEWER8HW2VB6MPD"

struct client {
	pid_t pid;
	int orders, replies;
	struct scan_result before; /* the first login */
};

static struct {
	const char *module, *client, *pin_auth, *pin_sign, *folder, *tool, *pinentry;
} given;

static struct scan_needles needles;
static size_t private_needles; /* the first ones: the holder's; behind them are the PINs */
static unsigned int failures;

/* Results */

static void
report(bool ok, const char *name)
{
	(void)printf("%s %s\n", ok ? "ok" : "not ok", name);
	(void)fflush(stdout);
	failures += !ok;
}

static void
explain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)printf("# ");
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
}

/* Nothing that is not certain can be concluded from here on. */
static _Noreturn void
give_up(const char *what)
{
	report(false, what);
	exit(1);
}

/* Needles */

/* A name or an address, in pieces, so that a part that is left is found as well. */
static void
add_text(const char *name, const uint8_t *text, size_t len)
{
	bool ascii = true;

	for (size_t i = 0; i < len; i++)
		ascii &= text[i] < 0x80;
	if (ascii) /* a code, or flags: such bytes are everywhere */
		return;
	for (size_t at = 0; at + PIECE <= len; at += PIECE)
		scan_add(&needles, name, text + at, PIECE);
}

static void
add_other_names(X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_STRING *text;
		char oid[32];

		if (name->type != GEN_OTHERNAME ||
		    name->d.otherName->value->type != V_ASN1_UTF8STRING)
			continue;
		text = name->d.otherName->value->value.utf8string;
		(void)OBJ_obj2txt(oid, sizeof oid, name->d.otherName->type_id, 1);
		add_text(oid, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
	}
	GENERAL_NAMES_free(names);
}

/* The last thing that is read of a certificate is the likeliest to be left on a stack. */
static void
add_end(X509 *certificate)
{
	uint8_t *der = NULL;
	int len = i2d_X509(certificate, &der);

	if (len < 4 * END)
		give_up("the certificate has its size");
	for (int at = len - 4 * END; at < len; at += END)
		scan_add(&needles, "the certificate's end", der + at, END);
	OPENSSL_free(der);
}

static void
add_needles(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;

	if (!certificate)
		give_up("the signing certificate can be read");
	add_other_names(certificate);
	if (needles.count < 4)
		give_up("name and address are in the certificate");
	add_end(certificate);
	X509_free(certificate);
	(void)fclose(file);
	private_needles = needles.count;
	scan_add(&needles, "the 4-digit PIN", given.pin_auth, strlen(given.pin_auth));
	scan_add(&needles, "the password", given.pin_sign, strlen(given.pin_sign));
	scan_add(&needles, "a refused password", PIN_REFUSED, strlen(PIN_REFUSED));
	scan_add(&needles, "a new password", PIN_NEW, strlen(PIN_NEW));
}

/* The client */

static void
client_start(struct client *c)
{
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0)
		give_up("pipes");
	(void)fflush(stdout);
	c->pid = fork();
	if (c->pid == 0) {
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(out[1], STDOUT_FILENO);
		for (int fd = STDERR_FILENO + 1; fd < 100; fd++)
			(void)close(fd);
		if (chdir(given.folder) == 0)
			(void)execl(given.client, "client", given.module, (char *)NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	c->orders = in[1];
	c->replies = out[0];
}

static void
send_order(struct client *c, const char *word, const char *pin, const char *second)
{
	struct secrets_order order = {0};
	size_t len = strlen(pin) + 1;

	(void)snprintf(order.word, sizeof order.word, "%s", word);
	memcpy(order.masked, pin, len);
	memcpy(order.masked + len, second, strlen(second) + 1);
	for (size_t i = 0; i < sizeof order.masked; i++)
		order.masked[i] ^= SECRETS_MASK;
	if (write(c->orders, &order, sizeof order) != (ssize_t)sizeof order)
		give_up(word);
}

static struct secrets_reply
ask(struct client *c, const char *word, const char *pin, const char *second)
{
	struct secrets_reply reply = {-1, 0};

	send_order(c, word, pin, second);
	if (read(c->replies, &reply, sizeof reply) != (ssize_t)sizeof reply)
		reply.status = -1;
	return reply;
}

static long
expect(struct client *c, const char *word, const char *pin)
{
	struct secrets_reply reply = ask(c, word, pin, "");

	if (reply.status != 0) {
		explain("%s: 0x%lx", word, (unsigned long)reply.status);
		give_up("the client does as it is told");
	}
	return reply.value;
}

static void
look(pid_t pid, struct scan_result *result)
{
	if (!scan_process(pid, &needles, result))
		give_up("the client's memory can be read");
}

/* Everything is found that is there: else the search itself would be broken. */
static void
check_search(struct client *c)
{
	struct scan_result now;
	const size_t pins[] = {private_needles, private_needles + 1};

	look(c->pid, &now);
	for (size_t i = 0; i < 2; i++)
		if (now.found[pins[i]] <= c->before.found[pins[i]])
			give_up("the search finds the PINs of one who is logged in");
	for (size_t i = 0; i < private_needles; i++)
		if (now.found[i] <= c->before.found[i])
			give_up("the search finds name and address of one who is logged in");
}

/* Logged in to both tokens, and no more. */
static void
client_only_log_in(struct client *c)
{
	client_start(c);
	(void)expect(c, "initialize", "");
	(void)expect(c, "open", "");
	look(c->pid, &c->before);
	(void)expect(c, "login-auth", given.pin_auth);
	(void)expect(c, "login-sign", given.pin_sign);
}

/* With the certificate read and both keys used. */
static void
client_log_in(struct client *c)
{
	client_only_log_in(c);
	(void)expect(c, "read", "");
	(void)expect(c, "sign", "");
	check_search(c);
}

static int
client_end(struct client *c)
{
	int status = 0;

	(void)close(c->orders);
	(void)close(c->replies);
	(void)waitpid(c->pid, &status, 0);
	return status;
}

/* Of the needles from this one on, nothing more than there was by chance before the first login. */
static bool
is_clean_from(size_t first, pid_t pid, const struct scan_result *now,
	      const struct scan_result *before)
{
	char place[256];
	bool clean = true;

	for (size_t i = first; i < needles.count; i++) {
		if (now->found[i] <= before->found[i])
			continue;
		scan_place(pid, now->first[i], place, sizeof place);
		explain("%s: %zu times, %zu before; %#lx in %s", needles.list[i].name,
			now->found[i], before->found[i], (unsigned long)now->first[i], place);
		clean = false;
	}
	return clean;
}

static bool
is_clean(pid_t pid, const struct scan_result *before)
{
	struct scan_result now;

	look(pid, &now);
	return is_clean_from(0, pid, &now, before);
}

/* The same of a program that goes on by itself: it wipes right after what it told its client. */
static bool
is_soon_clean(pid_t pid, const struct scan_result *before)
{
	struct scan_result now;
	size_t i = 0;

	for (int rest = 1200; rest > 0 && i < needles.count; rest--) {
		look(pid, &now);
		for (i = 0; i < needles.count && now.found[i] <= before->found[i]; i++)
			;
		if (i < needles.count)
			(void)usleep(50000);
	}
	return is_clean(pid, before);
}

/* The promises */

static void
test_after_logout(void)
{
	struct client c;

	client_log_in(&c);
	(void)expect(&c, "logout", "");
	report(is_clean(c.pid, &c.before), "after logout no PIN and no address is in memory");
	(void)client_end(&c);
}

/* Whatever comes after a login overwrites what the login left: here nothing comes. */
static void
test_login_alone(void)
{
	struct client c;

	client_only_log_in(&c);
	(void)expect(&c, "logout", "");
	report(is_clean(c.pid, &c.before),
	       "after a login and a logout alone no PIN and no address is in memory");
	(void)client_end(&c);
}

static void
test_after_last_session(void)
{
	struct client c;

	client_log_in(&c);
	(void)expect(&c, "close", "");
	report(is_clean(c.pid, &c.before),
	       "after the last session is closed no PIN and no address is in memory");
	(void)client_end(&c);
}

static void
test_after_finalize(void)
{
	struct client c;

	client_log_in(&c);
	(void)expect(&c, "finalize", "");
	report(is_clean(c.pid, &c.before), "after C_Finalize no PIN and no address is in memory");
	(void)client_end(&c);
}

static void
test_after_removal(void)
{
	struct client c;

	client_log_in(&c);
	harness_sim("remove", NULL);
	(void)expect(&c, "look", "");
	report(is_clean(c.pid, &c.before),
	       "after the card is removed no PIN and no address is in memory");
	(void)client_end(&c);
	harness_sim("insert", "holder", NULL);
}

static void
test_refused(void)
{
	struct client c;

	client_start(&c);
	(void)expect(&c, "initialize", "");
	(void)expect(&c, "open", "");
	look(c.pid, &c.before);
	report(ask(&c, "login-sign", PIN_REFUSED, "").status == CKR_PIN_INCORRECT &&
		       is_clean(c.pid, &c.before),
	       "a password that the card refused is not in memory");
	(void)expect(&c, "login-sign", given.pin_sign); /* the tries are whole again */
	(void)client_end(&c);
}

static void
test_changed(void)
{
	struct client c;
	bool changed;

	client_log_in(&c);
	changed = ask(&c, "set-pin", given.pin_sign, PIN_NEW).status == 0;
	(void)expect(&c, "sign", "");
	changed &= ask(&c, "set-pin", PIN_NEW, given.pin_sign).status == 0;
	(void)expect(&c, "logout", "");
	report(changed && is_clean(c.pid, &c.before),
	       "after a change and logout neither the old nor the new password is in memory");
	(void)client_end(&c);
}

static void
test_child(void)
{
	struct client c;
	pid_t child;

	client_log_in(&c);
	child = (pid_t)expect(&c, "fork", "");
	report(is_clean(child, &c.before),
	       "a forked child has no PIN and no address in its memory while we are logged in");
	(void)kill(child, SIGKILL);
	(void)client_end(&c);
}

/* The kernel's word on the pages where secrets lie. */
static void
test_flags(void)
{
	struct scan_result now;
	struct client c;
	char flags[256];
	bool ok = true;

	client_log_in(&c);
	look(c.pid, &now);
	for (size_t i = 0; i < needles.count; i++) {
		if (!now.found[i] || c.before.found[i])
			continue;
		scan_flags(c.pid, now.first[i], flags, sizeof flags);
		strcat(flags, " ");
		if (strstr(flags, " dd ") && strstr(flags, " wf "))
			continue;
		explain("%s lies in pages with the flags%s", needles.list[i].name, flags);
		ok = false;
	}
	report(ok, "the pages of PINs and certificate are kept out of dumps and children");
	explain("flags of the pages:%s", flags);
	(void)client_end(&c);
}

/* The core dump in the folder; false if there is none. */
static bool
find_core(char path[4096])
{
	DIR *folder = opendir(given.folder);
	struct dirent *entry;
	bool found = false;

	while (folder && (entry = readdir(folder)))
		if (strncmp(entry->d_name, "core", 4) == 0) {
			(void)snprintf(path, 4096, "%s/%s", given.folder, entry->d_name);
			found = true;
		}
	if (folder)
		(void)closedir(folder);
	return found;
}

static bool
core_is_clean(const char *path)
{
	struct scan_needles marker = {0};
	struct scan_result result;
	bool clean = true;

	scan_add(&marker, "marker", SECRETS_MARKER, strlen(SECRETS_MARKER));
	if (!scan_file(path, &marker, &result) || !result.found[0])
		give_up("the core dump holds the program's memory");
	if (!scan_file(path, &needles, &result))
		give_up("the core dump can be read");
	for (size_t i = 0; i < needles.count; i++)
		if (result.found[i] && i != private_needles) {
			explain("%s: %zu times in the core dump", needles.list[i].name,
				result.found[i]);
			clean = false;
		}
	return clean;
}

/* The 4-digit PIN is left out: it occurs by chance, and the password lies in the same pages'
 * kind; test_flags and the comparison of counts in memory answer for it. */
static void
test_core(void)
{
	const char *name = "a core dump holds no password and no address while we are logged in";
	struct client c;
	char path[4096];
	int status;

	client_log_in(&c);
	send_order(&c, "crash", "", "");
	status = client_end(&c);
	if (!WIFSIGNALED(status))
		give_up("the client crashes when told to");
	if (!WCOREDUMP(status) || !find_core(path)) {
		(void)printf("skip %s: the kernel writes no core file here (see "
			     "/proc/sys/kernel/core_pattern)\n",
			     name);
		return;
	}
	report(core_is_clean(path), name);
	(void)unlink(path);
}

/* Others of the same user cannot look into jpki-tool. */
static bool
may_look(const char *into)
{
	if (geteuid() == 0)
		return true;
	(void)printf("skip no password is left in %s: only root may look\n", into);
	return false;
}

/* Where the user's agent asks for the password. */

static pid_t
agent_start(void)
{
	char path[4096];
	pid_t agent;

	(void)snprintf(path, sizeof path, "%s/jpki-pkcs11/agent", given.folder);
	(void)setenv("XDG_RUNTIME_DIR", given.folder, 1);
	(void)setenv("JPKI_PKCS11_ASK_PIN", "agent", 1);
	agent = fork();
	if (agent == 0) {
		(void)execl(given.tool, given.tool, "agent", "--pinentry", given.pinentry,
			    (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1200 && access(path, F_OK) != 0; i++)
		(void)usleep(50000);
	return agent;
}

static void
agent_end(pid_t agent)
{
	(void)kill(agent, SIGTERM);
	(void)waitpid(agent, NULL, 0);
	(void)unsetenv("JPKI_PKCS11_ASK_PIN");
}

static void
test_asked(void)
{
	const size_t password = private_needles + 1;
	struct scan_result now, agent_before;
	struct client c;
	pid_t agent;

	if (!may_look("the agent and its client"))
		return;
	agent = agent_start();
	client_start(&c);
	(void)expect(&c, "initialize", "");
	(void)expect(&c, "open", "");
	look(c.pid, &c.before);
	look(agent, &agent_before);
	(void)expect(&c, "login-asked", "");
	report(is_soon_clean(agent, &agent_before),
	       "an agent that has answered has no password in its memory");
	look(c.pid, &now);
	report(now.found[password] > c.before.found[password],
	       "the module has the password that the agent gave it");
	(void)scan_outside(c.pid, &needles, &now);
	report(is_clean_from(private_needles, c.pid, &now, &c.before),
	       "and it is nowhere in the program outside of the module's own pages");
	(void)expect(&c, "logout-sign", "");
	report(is_clean(c.pid, &c.before), "and after logout nowhere at all");
	(void)client_end(&c);
	agent_end(agent);
}

/* jpki-tool, which has used its PIN and waits to be read. */

/* Whether it waits in a call on its standard output. */
static bool
waits_to_write(pid_t pid)
{
	char path[64], line[256] = "", *rest;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
	file = fopen(path, "re");
	if (file) {
		rest = fgets(line, sizeof line, file);
		(void)fclose(file);
	}
	rest = strchr(line, ' ');
	return rest && strncmp(rest, " 0x1 ", 5) == 0;
}

/* A pipe that takes no more. */
static void
make_full_pipe(int out[2])
{
	static const char full[65536];

	if (pipe(out) != 0 || fcntl(out[1], F_SETFL, O_NONBLOCK) != 0)
		give_up("pipes");
	for (size_t n = sizeof full; n > 0; n /= 2)
		while (write(out[1], full, n) > 0)
			;
	(void)fcntl(out[1], F_SETFL, 0);
}

static pid_t
tool_start(const char *option, const char *value, int in, int out)
{
	const pid_t tool = fork();

	if (tool != 0)
		return tool;
	(void)dup2(out, STDOUT_FILENO);
	if (in >= 0)
		(void)dup2(in, 5);
	(void)execl(given.tool, given.tool, "--module", given.module, "cert", "export", "sign",
		    option, value, (char *)NULL);
	_exit(127);
}

/* `by_descriptor`: else by the pinentry program. */
static void
check_tool(bool by_descriptor, const char *name)
{
	const struct scan_result nothing = {0};
	struct scan_result now;
	int out[2], in[2];
	bool waits = false;
	pid_t tool;

	make_full_pipe(out);
	if (pipe(in) != 0 || dprintf(in[1], "%s\n", given.pin_sign) < 0)
		give_up("pipes");
	(void)close(in[1]);
	(void)fflush(stdout);
	tool = by_descriptor ? tool_start("--pin-fd", "5", in[0], out[1])
			     : tool_start("--pinentry", given.pinentry, -1, out[1]);
	for (int i = 0; i < 1200 && !waits; i++) {
		(void)usleep(50000);
		waits = waits_to_write(tool);
	}
	if (!waits)
		give_up("jpki-tool waits to be read");
	(void)scan_outside(tool, &needles, &now);
	report(now.bytes > 0 && is_clean_from(private_needles + 1, tool, &now, &nothing), name);
	(void)kill(tool, SIGKILL);
	(void)waitpid(tool, NULL, 0);
	(void)close(in[0]);
	(void)close(out[0]);
	(void)close(out[1]);
}

static void
test_tool(void)
{
	if (!may_look("jpki-tool"))
		return;
	check_tool(true, "jpki-tool that was given a password on a descriptor has forgotten it "
			 "when it is used");
	check_tool(false, "and one that asked by pinentry too");
}

static void (*const tests[])(void) = {
	test_after_logout,   test_login_alone, test_after_last_session,
	test_after_finalize, test_refused,     test_changed,
	test_child,	     test_flags,       test_core,
	test_asked,	     test_tool,	       test_after_removal,
};

int
main(int argc, char *argv[])
{
	if (argc != 9) {
		(void)fprintf(stderr, "usage: secrets MODULE CLIENT CERTIFICATE PIN-AUTH PIN-SIGN "
				      "FOLDER TOOL PINENTRY\n");
		return 2;
	}
	harness_start(argc, argv, NULL); /* connects to the simulator that runs */
	given.module = argv[1];
	given.client = argv[2];
	given.pin_auth = argv[4];
	given.pin_sign = argv[5];
	given.folder = argv[6];
	given.tool = argv[7];
	given.pinentry = argv[8];
	add_needles(argv[3]);
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		tests[i]();
	return failures > 0;
}
