/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/variant.h"

const struct variant variant = {1, {LAYOUT_AUTH}, "JPKI, authentication token"};
