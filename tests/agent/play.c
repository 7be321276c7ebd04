/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/agent/play.h"

#include <libintl.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/listener.h"

#define PATIENCE_MS 30000 /* only what hangs takes so long */

static char folder[64];
static pid_t agent;
static const char *tool;

/*
 * It answers what stands next in its list; "open" stays until it is ended. It tells of a question
 * once that answer is off the list: whoever ends it then finds nothing of it at work any more.
 */
static const char script[] = "#!/bin/sh\n"
			     "echo $$ >\"$0.pid\"\n"
			     "echo 'OK here'\n"
			     "while read -r word rest; do\n"
			     "	answer=ok\n"
			     "	case $word in\n"
			     "	GETPIN | CONFIRM)\n"
			     "		read -r answer <\"$0.words\" || answer=cancel\n"
			     "		sed -i 1d \"$0.words\" ;;\n"
			     "	esac\n"
			     "	printf '%s %s\\n' \"$word\" \"$rest\" >>\"$0.told\"\n"
			     "	case $answer in\n"
			     "	cancel) echo 'ERR 83886179 cancelled'; continue ;;\n"
			     "	open) exec sleep 60 ;;\n"
			     "	die) kill -9 $$ ;;\n"
			     "	shout) head -c 1000000 /dev/zero | tr '\\0' D ;;\n"
			     "	ok) ;;\n"
			     "	*) printf 'D %s\\n' \"$answer\" ;;\n"
			     "	esac\n"
			     "	echo OK\n"
			     "done\n";

const char *
play_file(const char *name)
{
	static char path[100];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

const char *
play_socket(void)
{
	return play_file(JPKI_AGENT_FOLDER "/" JPKI_AGENT_SOCKET);
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(play_file(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(play_file(name), mode), 0);
}

static const char *const locales[] = {"C.UTF-8", "ja_JP.UTF-8"};

int
play_set_up_group(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/agent-play.XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	write_file("pinentry", script, 0700);
	/* gettext goes by the locale's name alone: the one that always exists is given a Japanese
	 * one */
	for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++)
		assert_int_equal(symlink("/usr/lib/locale/C.utf8", play_file(locales[i])), 0);
	assert_int_equal(setenv("LOCPATH", folder, 1), 0);
	return 0;
}

void
play_join(const char *path)
{
	(void)snprintf(folder, sizeof folder, "%s", path);
}

int
play_tear_down_group(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

/* As the tool does, with the messages beside the program that was built. */
static void
start_messages(void)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/src/tool/locale",
		       getenv("JPKI_BUILD") ? getenv("JPKI_BUILD") : ".");
	(void)setlocale(LC_ALL, "");
	(void)bindtextdomain("jpki-tool", path);
	(void)bind_textdomain_codeset("jpki-tool", "UTF-8");
	(void)textdomain("jpki-tool");
}

static _Noreturn void
be_agent(const char *pinentry, int deadline_ms)
{
	struct listener listener;
	const struct agent_rules rules = {
		.pinentry = pinentry, .beat_ms = PLAY_BEAT_MS, .deadline_ms = deadline_ms};
	bool ok;

	if (tool && freopen(play_file("agent.said"), "w", stderr))
		(void)execl(tool, tool, "agent", "--pinentry", pinentry, (char *)NULL);
	start_messages();
	agent_hold_signals();
	ok = listener_open(&listener) == LISTENER_FINE && agent_serve(listener.socket, &rules);
	listener_close(&listener);
	_exit(ok ? 0 : 1);
}

static void
pause_a_little(void)
{
	const struct timespec step = {.tv_nsec = 5000000};

	(void)nanosleep(&step, NULL);
}

void
play_start(const char *words, const char *pinentry, int deadline_ms)
{
	char own[100];

	(void)snprintf(own, sizeof own, "%s", play_file("pinentry"));
	write_file("pinentry.words", words, 0600);
	write_file("pinentry.told", "", 0600);
	(void)unlink(play_file("pinentry.pid"));
	agent = fork();
	assert_true(agent >= 0);
	if (agent == 0)
		be_agent(pinentry ? pinentry : own, deadline_ms);
	for (int ms = 0; ms < PATIENCE_MS; ms += 5) {
		const int client = play_connect();

		if (client >= 0) {
			(void)close(client);
			return;
		}
		pause_a_little();
	}
	fail_msg("the agent does not listen");
}

void
play_use_tool(const char *path)
{
	tool = path;
}

int
play_stop(void)
{
	int status;

	if (agent <= 0)
		return 0;
	(void)kill(agent, SIGTERM);
	assert_int_equal(waitpid(agent, &status, 0), agent);
	agent = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
play_tear_down(void **state)
{
	(void)state;
	return play_stop();
}

pid_t
play_agent(void)
{
	return agent;
}

static const char *
read_file(const char *name)
{
	static char text[65536];
	FILE *file = fopen(play_file(name), "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof text - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	return text;
}

const char *
play_told(void)
{
	return read_file("pinentry.told");
}

const char *
play_said(void)
{
	return read_file("agent.said");
}

int
play_count(const char *command)
{
	int count = 0;

	for (const char *at = play_told(); (at = strstr(at, command)); at += strlen(command))
		count++;
	return count;
}

void
play_assert_told(const char *text)
{
	if (!strstr(play_told(), text))
		fail_msg("not told \"%s\" in:\n%s", text, play_told());
}

bool
play_dialog_is_open(void)
{
	FILE *file = fopen(play_file("pinentry.pid"), "r");
	int pid = 0;

	if (file) {
		if (fscanf(file, "%d", &pid) != 1)
			pid = 0;
		(void)fclose(file);
	}
	return pid > 0 && kill(pid, 0) == 0;
}

void
play_wait_until_told(const char *command)
{
	for (int ms = 0; ms < PATIENCE_MS && !strstr(play_told(), command); ms += 5)
		pause_a_little();
	assert_non_null(strstr(play_told(), command));
}

void
play_wait_until_closed(void)
{
	for (int ms = 0; ms < PATIENCE_MS && play_dialog_is_open(); ms += 5)
		pause_a_little();
	assert_false(play_dialog_is_open());
}

int
play_connect(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", play_socket());
	assert_true(client >= 0);
	if (connect(client, (struct sockaddr *)&address, sizeof address) == 0)
		return client;
	(void)close(client);
	return -1;
}

struct jpki_agent_request
play_request(enum jpki_agent_purpose purpose, enum jpki_agent_key key)
{
	const unsigned int tries = key == JPKI_AGENT_KEY_AUTH ? 3 : 5;

	return (struct jpki_agent_request){.version = JPKI_AGENT_VERSION,
					   .purpose = purpose,
					   .key = key,
					   .tries_left = tries,
					   .tries_allowed = tries,
					   .serial = "0123456789ABCDEF",
					   .reader = "Sony RC-S300 00 00"};
}

bool
play_hear(int client, struct jpki_agent_answer *answer)
{
	struct pollfd readable = {.fd = client, .events = POLLIN};
	ssize_t size;

	do {
		assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
		size = recv(client, answer, sizeof *answer, MSG_TRUNC);
		if (size <= 0)
			return false;
		assert_int_equal(size, sizeof *answer);
		assert_int_equal(answer->version, JPKI_AGENT_VERSION);
	} while (answer->outcome == JPKI_AGENT_WAITS || answer->outcome == JPKI_AGENT_QUEUED);
	return true;
}

bool
play_ask(int client, const struct jpki_agent_request *request, struct jpki_agent_answer *answer)
{
	assert_int_equal(send(client, request, sizeof *request, MSG_NOSIGNAL), sizeof *request);
	return play_hear(client, answer);
}

int
play_outcome(const struct jpki_agent_request *request)
{
	const int client = play_connect();
	struct jpki_agent_answer answer = {0};
	bool answered;

	assert_true(client >= 0);
	answered = play_ask(client, request, &answer);
	(void)close(client);
	return answered ? (int)answer.outcome : -1;
}
