/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* From a descriptor of the current task to the file object behind it. */
#pragma once

#include "lib/current_task.bpf.h"

/* include/uapi/linux/stat.h and include/uapi/asm-generic/fcntl.h */
enum {
	CULPRIT_S_IFMT = 0170000,
	CULPRIT_S_IFSOCK = 0140000,
	CULPRIT_S_IFREG = 0100000,
	CULPRIT_S_IFCHR = 0020000,
	CULPRIT_S_IFIFO = 0010000,
	CULPRIT_O_APPEND = 02000,
};

/* The current task's table of descriptors: plain loads where the task's type is known, for every
 * read and write pays for them. */
static __always_inline struct file **descriptor_table(__u32 *size)
{
	struct task_struct *task;
	struct fdtable *table;

	if (has_typed_task()) {
		table = bpf_get_current_task_btf()->files->fdt;
		*size = table->max_fds;
		return table->fd;
	}
	task = (struct task_struct *)bpf_get_current_task();
	table = BPF_CORE_READ(task, files, fdt);
	*size = BPF_CORE_READ(table, max_fds);
	return BPF_CORE_READ(table, fd);
}

/* NULL when the descriptor is not open (any more: another thread may have closed it). */
static __always_inline struct file *file_of(__u32 descriptor)
{
	struct file **slots, *file = 0;
	__u32 size = 0;

	slots = descriptor_table(&size);
	if (descriptor >= size)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), slots + descriptor);
	return file;
}
