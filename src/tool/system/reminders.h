/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_REMINDERS_H
#define JPKI_TOOL_SYSTEM_REMINDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "holder/dates.h"
#include "holder/validity.h"

/*
 * Reminders before a certificate ends, for who wants them: a file with the dates that were seen
 * last and nothing else, which is there as long as they are switched on.
 */

#define REMINDERS 16 /* the most that are kept */

/* A certificate's last day, and for how many days before it was told; 0: not yet. */
struct reminder {
	struct day day;
	int told;
};

/* Its path; the caller frees it. NULL: there is no home, or no memory. */
char *reminders_path(void);

bool reminders_are_on(void);

/* How many there are. */
size_t reminders_read(struct reminder reminders[REMINDERS]);

/* Whether the file could be written now; leaves nothing behind. A message and false if not. */
bool reminders_may_write(void);

/* Makes folder and file. A message and false if it cannot be done. */
bool reminders_write(const struct reminder reminders[], size_t count);

/*
 * The dates of a look, if they are switched on and it saw any. What shows its dates only with its
 * PIN keeps those that it showed then, until another card is seen.
 */
void reminders_keep(const struct holdings *holdings);

/* That day too: of a certificate that was shown. */
void reminders_keep_day(struct day day);

/* Takes away file and folder. False, with errno, if they are still there. */
bool reminders_forget(void);

/* The nearest of 7, 30 and 90 days that has come; 0: none, or the certificate has ended. */
int reminder_due(int64_t days_left);

#endif
