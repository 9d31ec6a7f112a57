/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Types and assertions for the headers that the kernel side (C) and userspace (C++) both include.
 */
#pragma once

#ifdef __cplusplus
#include <linux/types.h>
#define ABI_ASSERT(condition, message) static_assert(condition, message)
#else
#ifndef __bpf__
#include <linux/types.h>
#endif
#define ABI_ASSERT(condition, message) _Static_assert(condition, message)
#endif
