/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_TOOL_PTY_H
#define JPKI_TESTS_TOOL_PTY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/types.h>

/*
 * jpki-tool as people use it: on a terminal (a pty), over the simulated card. What a test expects
 * is looked for in what came since the last expectation.
 */

#define PATIENCE 60000 /* ms; only what hangs takes so long */

/* A folder of this program's own, and the top of the build folder. */
extern char pty_folder[], pty_build[PATH_MAX];

struct terminal {
	pid_t child;
	int fd;
	char text[65536]; /* everything that came */
	size_t len, seen;
};

extern struct terminal pty_term;
extern struct winsize pty_size;
extern bool pty_no_control;	    /* pty_start runs jpki-tool without a controlling terminal */
extern bool pty_job_control;	    /* pty_start runs jpki-tool as the job of a shell */
extern const char *pty_typed_ahead; /* lines that the terminal has before pty_start; NULL: none */
extern char pty_control[];	    /* the socket of the simulator that pty_start starts */

/* main() begins with it: the program's status where it is not -1. */
int pty_begin(int argc, char *argv[]);

/* For cmocka: the group's, and each test's. */
int pty_prepare(void **state);
int pty_clean_up(void **state);
int pty_fresh_cards(void **state); /* and English */
int pty_stop_program(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, pty_fresh_cards, pty_stop_program)

void pty_build_path(char path[PATH_MAX], const char *name);
void pty_set_language(const char *locale);

/* Starts "jpki-card-sim run OPTION... -- jpki-tool ARGUMENT..."; the list ends with NULL. */
void pty_start(const char *card, ...) __attribute__((sentinel));

/* What comes, and what is typed; both, and that once what is typed is not shown. */
void pty_expect(const char *text);
void pty_type(const char *text);
void pty_answer(const char *question, const char *answer);
void pty_answer_unseen(const char *question, const char *answer);

/* Reads to the end; the exit status, as a shell has it. */
int pty_end(void);

/* Whether the terminal echoes what is typed. */
bool pty_echoes(void);
/* Until the terminal echoes what is typed, or does so no more. */
void pty_await_echo(bool wanted);

/* Whether it came at any time. */
bool pty_came(const char *text);

/* Files: one is written; one of the folder is there, or is not. */
void pty_write_file(const char *path, const char *text, mode_t mode);
void pty_assert_file(const char *name, bool is_there);

#endif
