/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_H
#define JPKI_TOOL_DOCTOR_H

#include "holder/module.h"
#include "tool/terminal/options.h"
#include "tool/terminal/screen.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * jpki-tool doctor: what is wrong, from the reader service up to the browsers. Each part below
 * looks at one of them and adds what it finds. All of it only reads, and what concerns the card is
 * asked through the module.
 */

enum area {
	AREA_MODULE,
	AREA_SERVICE,
	AREA_READER,
	AREA_CARD,
	AREA_P11KIT,
	AREA_FIREFOX,
	AREA_CHROMIUM,
};

struct finding {
	enum area area;
	enum mark mark;
	const char *word; /* what it is, for programs */
	char *about;	  /* the reader, profile or file, or "" */
	char *text;	  /* a sentence */
	char *command;	  /* that mends it, for a shell; NULL where there is none */
};

struct report {
	struct finding *items;
	size_t count;
	bool failed; /* there was no memory for one */
};

/*
 * Adds a finding, which the format makes the sentence of; returns it for `command`, NULL without
 * memory. `about` and `command` are copied; NULL is none.
 */
struct finding *report_add(struct report *report, enum area area, enum mark mark, const char *word,
			   const char *about, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
void report_command(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* doctor-service.c: whether pcscd can be talked to, by what the module was told. */
void doctor_service(struct report *report, enum jpki_reason reason);

/* ... and why it turns this program away, as far as polkit tells; `about` the reader, for a card. */
void doctor_refused(struct report *report, enum area area, const char *about);

/* doctor-usb.c: readers on USB that the service does not have. `readers`: how many it has. */
void doctor_usb(struct report *report, size_t readers);

/* doctor-card.c: what lies in each reader. */
void doctor_cards(struct report *report, struct module *module);

/* doctor-programs.c: whether p11-kit and the browsers have the module. `folder`: where it is. */
void doctor_programs(struct report *report, const char *folder);

/* The command. */
enum tool_exit doctor_run(const struct options *options, char *arguments[]);

#endif
