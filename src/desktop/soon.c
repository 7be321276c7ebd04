/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/soon.h"

void
soon(GSourceFunc call, void *data)
{
	(void)g_idle_add_full(G_PRIORITY_DEFAULT, call, data, NULL);
}
