/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/watch.h"

#include <glib.h>

#include "desktop/soon.h"

#define PAUSE 200000 /* microseconds, where there is nothing to wait for */

static GThread *thread;
static void (*tell)(void);

static gboolean
happened(void *unused)
{
	(void)unused;
	tell();
	return G_SOURCE_REMOVE;
}

static void *
watch(void *functions)
{
	const CK_FUNCTION_LIST *f = functions;
	CK_SLOT_ID slot;
	CK_RV rv;

	while ((rv = f->C_WaitForSlotEvent(0, &slot, NULL)) != CKR_CRYPTOKI_NOT_INITIALIZED) {
		if (rv == CKR_OK)
			soon(happened, NULL);
		else
			g_usleep(PAUSE);
	}
	return NULL;
}

void
watch_start(CK_FUNCTION_LIST *functions, void (*changed)(void))
{
	tell = changed;
	thread = g_thread_new("watch", watch, functions);
}

void
watch_stop(void)
{
	if (thread)
		(void)g_thread_join(thread);
	thread = NULL;
}
