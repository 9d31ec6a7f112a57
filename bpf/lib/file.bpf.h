/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* From a descriptor of the current task to the file object behind it. */
#pragma once

/* include/uapi/linux/stat.h and include/uapi/asm-generic/fcntl.h */
enum {
	CULPRIT_S_IFMT = 0170000,
	CULPRIT_S_IFSOCK = 0140000,
	CULPRIT_S_IFREG = 0100000,
	CULPRIT_S_IFCHR = 0020000,
	CULPRIT_S_IFIFO = 0010000,
	CULPRIT_O_APPEND = 02000,
};

/* NULL when the descriptor is not open (any more: another thread may have closed it). */
static __always_inline struct file *file_of(struct task_struct *task, __u32 descriptor)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slots, *file = 0;

	if (descriptor >= BPF_CORE_READ(table, max_fds))
		return 0;
	slots = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + descriptor);
	return file;
}
