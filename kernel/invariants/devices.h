/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I2 devices: only the device numbers the container was started with, by number and never by node
 * name. */
#ifndef BRIG_I2_DEVICES_H
#define BRIG_I2_DEVICES_H

#include "kernel/object.h"
#include "kernel/verdict.h"

#define MAJOR(dev) ((dev) >> 20)
#define MINOR(dev) ((dev) & 0xfffff)

/* The number as mknod takes it (new_encode_dev): 12 bits of major between two parts of the minor.
 */
static __always_inline u32 kernel_device(u32 given)
{
	return (given & 0xfff00) << 12 | (given & 0xff) | (given >> 12 & 0xfff00);
}

static __always_inline bool device_listed(u64 container, u32 type, u32 device)
{
	struct abi_device_key key = {.container = container,
				     .type = type,
				     .major = MAJOR(device),
				     .minor = MINOR(device)};

	if (bpf_map_lookup_elem(&allowed_devices, &key))
		return true;
	key.minor = ABI_ANY_MINOR;
	return bpf_map_lookup_elem(&allowed_devices, &key) != NULL;
}

/*
 * User space lists the harmless devices under container 0 and each container's own under its key.
 * 0:0 is no device: overlay's mark for a deleted file, and what systemd lays over a node that
 * nobody shall reach.
 */
static __always_inline bool device_allowed(u64 container, u32 type, u32 device)
{
	return !device || device_listed(0, type, device) || device_listed(container, type, device);
}

static __always_inline bool i2_device(struct subject *subject, struct object *object,
				      struct verdict *verdict)
{
	u32 type = object->mode & S_IFMT;
	u32 device;

	if (type != S_IFCHR && type != S_IFBLK)
		return false;
	device = READ(object->inode, i_rdev);
	return !device_allowed(subject->label->container, type, device) &&
	       broken(verdict, I_DEVICES, CAUSE_DEVICE, (u64)type << 32 | device);
}

/* A filesystem on a block device was mounted. */
static __always_inline bool i2_mount(struct subject *subject, struct inode *inode,
				     struct verdict *verdict)
{
	struct block_device *bdev = inode ? READ(inode, i_sb, s_bdev) : NULL;
	u32 device;

	if (!bdev)
		return false;
	device = READ(bdev, bd_dev);
	/* A bind of something on the device that the container itself lies on is not a new device.
	 */
	if (subject->birth && READ(inode, i_sb, s_dev) == subject->birth->root_device)
		return false;
	return !device_allowed(subject->label->container, S_IFBLK, device) &&
	       broken(verdict, I_DEVICES, CAUSE_DEVICE_MOUNT, (u64)S_IFBLK << 32 | device);
}

#endif
