/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_PARTS_H
#define JPKI_TOOL_DOCTOR_PARTS_H

#include "holder/module.h"
#include "tool/doctor/report.h"
#include "tool/terminal/options.h"

/*
 * jpki-tool doctor: what is wrong, from the reader service up to the browsers. All of it only
 * reads, and what concerns the card is asked through the module.
 */
command_run doctor_run;

/* Its parts: each looks at one thing and adds what it finds. */

/* service.c: whether pcscd can be talked to, by what the module was told. */
void doctor_service(struct report *report, enum jpki_reason reason);

/* ... the program that it is; NULL: not where it usually lies. */
const char *doctor_pcscd(void);

/* ... and why it turns this program away, as far as polkit tells, of what the report is on now. */
void doctor_refused(struct report *report);

/* usb.c: readers on USB that the service does not have. `readers`: how many it has. */
void doctor_usb(struct report *report, size_t readers);

/* card.c: what lies in each reader. */
void doctor_cards(struct report *report, struct module *module);

/* agent.c: whether PINs are asked by the user's agent, and for which programs they are not. */
void doctor_agent(struct report *report, const struct module *module);

/* programs.c: whether p11-kit and the browsers have the module. `folder`: where it is. */
void doctor_programs(struct report *report, const char *folder);

/* processes.c: whether a program of that name runs, of whatever user. */
bool process_runs(const char *name);

/*
 * The names and numbers of this user's other processes that have libpcsclite loaded,
 * "scdaemon (123), firefox-esr (456)"; empty if there are none.
 */
void process_list(char *names, size_t size);

#endif
