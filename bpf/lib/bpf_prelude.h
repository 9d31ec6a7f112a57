/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What every program includes first. */
#pragma once

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
