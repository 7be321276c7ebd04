/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/watch.h"

#include <stdlib.h>

struct watch {
	struct pcsc_context context;
};

struct watch *
watch_new(struct pcsc_service *service)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w)
		pcsc_init(&w->context, service);
	return w;
}

void
watch_free(struct watch *w)
{
	if (!w)
		return;
	pcsc_close(&w->context);
	free(w);
}

static enum result
poll_once(struct watch *w, struct pcsc_state states[PCSC_READERS_MAX], size_t *count)
{
	enum result r = pcsc_open(&w->context);

	*count = 0;
	if (r == RESULT_OK)
		r = pcsc_list(&w->context, states, count);
	if (r == RESULT_OK)
		r = pcsc_status(&w->context, states, *count);
	if (r == RESULT_NO_SERVICE && w->context.open) {
		pcsc_close(&w->context);
		(void)atomic_fetch_add(&w->context.service->restarts, 1);
	}
	return r;
}

enum result
watch_poll(struct watch *w, struct pcsc_state states[PCSC_READERS_MAX], size_t *count)
{
	bool was_open = w->context.open;
	enum result r = poll_once(w, states, count);

	/*
	 * Once more where the service was restarted since the last look, or a reader was
	 * unplugged between the list and the look.
	 */
	if ((r == RESULT_NO_SERVICE && was_open) || r == RESULT_NO_READER)
		r = poll_once(w, states, count);
	if (r != RESULT_OK)
		*count = 0;
	return r;
}
