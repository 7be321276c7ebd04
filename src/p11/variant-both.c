/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/variant.h"

const struct variant variant = {2, {LAYOUT_AUTH, LAYOUT_SIGN}, "JPKI, both tokens"};
