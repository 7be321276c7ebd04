/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/dialog.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/pinentry.h"
#include "agent/words.h"
#include "holder/pin.h"
#include "holder/secret.h"

/* A user does not err so often; a program that types by itself might for ever. */
#define ENTRIES_MAX 10

#define LINES_MAX 16

struct dialog {
	struct pinentry *pinentry;
	struct jpki_agent_request request;
	struct peer peer;
	enum key key;
	enum step step;
	int entries;
	const char *error;  /* what was wrong with the last entry; NULL: nothing */
	struct pin pins[4]; /* by step */
};

struct lines {
	struct pinentry_line list[LINES_MAX];
	size_t count;
};

static void
add(struct lines *lines, const char *command, const char *text)
{
	if (lines->count < LINES_MAX)
		lines->list[lines->count++] = (struct pinentry_line){command, text};
}

/* One that finds no screen asks on the terminal of the program for which it asks. */
static void
add_place(struct lines *lines, const char *terminal)
{
	add(lines, "OPTION lc-ctype =", setlocale(LC_CTYPE, NULL));
	add(lines, "OPTION lc-messages =", setlocale(LC_MESSAGES, NULL));
	if (*terminal == '\0')
		return;
	add(lines, "OPTION ttyname =", terminal);
	add(lines, "OPTION ttytype =", strncmp(terminal, "/dev/pts/", 9) == 0 ? "xterm" : "linux");
}

/* It is never told that the PIN may be kept in a password store of the desktop's. */
static void
ask(struct dialog *dialog)
{
	char *about = words_about(&dialog->request, &dialog->peer, dialog->step);
	struct lines lines = {.count = 0};

	add_place(&lines, dialog->peer.terminal);
	add(&lines, "SETTITLE", "jpki-tool");
	add(&lines, "SETDESC", about ? about : "");
	add(&lines, "SETOK", words_ok(dialog->step));
	add(&lines, "SETCANCEL", words_cancel());
	if (dialog->step != STEP_LAST_TRY)
		add(&lines, "SETPROMPT", words_field(dialog->key, dialog->step));
	if (dialog->error)
		add(&lines, "SETERROR", dialog->error);
	add(&lines, dialog->step == STEP_LAST_TRY ? "CONFIRM" : "GETPIN", NULL);
	pinentry_say(dialog->pinentry, lines.list, lines.count);
	free(about);
}

struct dialog *
dialog_open(const char *program, const struct jpki_agent_request *request, const struct peer *peer)
{
	struct dialog *dialog = secret_new(sizeof *dialog);

	if (!dialog)
		return NULL;
	dialog->request = *request;
	dialog->peer = *peer;
	dialog->key = request->key == JPKI_AGENT_KEY_SIGN ? KEY_SIGN : KEY_AUTH;
	dialog->step = request->tries_left == 1 ? STEP_LAST_TRY : STEP_NOW;
	dialog->error = words_refused((enum jpki_agent_fault)request->fault, dialog->key);
	dialog->pinentry = pinentry_open(program);
	if (!dialog->pinentry) {
		dialog_close(dialog);
		return NULL;
	}
	ask(dialog);
	return dialog;
}

int
dialog_descriptor(const struct dialog *dialog)
{
	return pinentry_descriptor(dialog->pinentry);
}

static bool
is_same(const struct pin *a, const struct pin *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* The entry of this step, and what is wrong with it. */
static enum pin_fault
take_entry(struct dialog *dialog)
{
	struct pin *pin = &dialog->pins[dialog->step];
	enum pin_fault fault;
	bool is_long;

	pin->len = pinentry_typed(dialog->pinentry, pin->text, sizeof pin->text, &is_long);
	fault = is_long ? PIN_LENGTH : pin_fold(pin, dialog->key, dialog->step == STEP_NEW);
	if (dialog->step != STEP_AGAIN)
		return fault;
	return is_same(pin, &dialog->pins[STEP_NEW]) ? PIN_FINE : PIN_DIFFERS;
}

/* The step behind one that went well; false: it was the last. */
static bool
go_forward(struct dialog *dialog)
{
	if (dialog->step == STEP_AGAIN ||
	    (dialog->step == STEP_NOW && dialog->request.purpose != JPKI_AGENT_CHANGE))
		return false;
	dialog->step++;
	return true;
}

static void
give(const struct dialog *dialog, struct jpki_agent_answer *answer)
{
	const struct pin *now = &dialog->pins[STEP_NOW], *new = &dialog->pins[STEP_NEW];

	answer->outcome = JPKI_AGENT_TYPED;
	answer->pin_len = (uint32_t)now->len;
	memcpy(answer->pin, now->text, now->len);
	answer->new_pin_len = (uint32_t)new->len;
	memcpy(answer->new_pin, new->text, new->len);
}

static void
answered(struct dialog *dialog, struct jpki_agent_answer *answer)
{
	const enum pin_fault fault = dialog->step == STEP_LAST_TRY ? PIN_FINE : take_entry(dialog);

	if (dialog->step != STEP_LAST_TRY)
		dialog->error = words_fault(fault, dialog->key);
	if (fault == PIN_FINE && !go_forward(dialog)) {
		give(dialog, answer);
		return;
	}
	if (fault == PIN_DIFFERS)
		dialog->step = STEP_NEW;
	if (++dialog->entries >= ENTRIES_MAX)
		answer->outcome = JPKI_AGENT_CANCELLED;
	else
		ask(dialog);
}

void
dialog_go_on(struct dialog *dialog, struct jpki_agent_answer *answer)
{
	*answer = (struct jpki_agent_answer){.version = JPKI_AGENT_VERSION,
					     .outcome = JPKI_AGENT_WAITS};
	switch (pinentry_go_on(dialog->pinentry)) {
	case ENTRY_WAITS:
		break;
	case ENTRY_DONE:
		answered(dialog, answer);
		break;
	case ENTRY_CANCELLED:
		answer->outcome = JPKI_AGENT_CANCELLED;
		break;
	case ENTRY_FAILED:
		answer->outcome = JPKI_AGENT_NO_PROMPT;
		break;
	}
}

void
dialog_close(struct dialog *dialog)
{
	if (!dialog)
		return;
	pinentry_close(dialog->pinentry);
	secret_free(dialog, sizeof *dialog);
}
