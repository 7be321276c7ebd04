/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_READER_WATCH_H
#define JPKI_READER_WATCH_H

#include "reader/pcsc.h"

/*
 * Looks at the readers from outside: which there are, and what lies in them. Costs no exchange
 * with a card and never waits for one, so it has a context of its own. Not thread-safe.
 */
struct watch;

struct watch *watch_new(struct pcsc_service *service);
void watch_free(struct watch *w);

/*
 * All readers as they are now. A pcscd that was restarted, or comes up only now, is found by
 * itself, and the restart counted (struct pcsc_service). RESULT_NO_SERVICE, RESULT_REFUSED: *count
 * is 0.
 */
enum result watch_poll(struct watch *w, struct pcsc_state states[PCSC_READERS_MAX], size_t *count);

#endif
