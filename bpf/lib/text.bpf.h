/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Are these bytes text? Eight at a time, without a branch per byte. Nothing of it is kept. */
#pragma once

#define CULPRIT_EVERY_BYTE(value) (0x0101010101010101ULL * (value))

enum { CULPRIT_TEXT_SAMPLE_WORDS = 4, CULPRIT_TEXT_SAMPLE_BYTES = 32 };

/* Some byte lies between `low` and `high`, both excluded; low below 128, high at most 128. */
static __always_inline __u64 has_byte_between(__u64 word, __u64 low, __u64 high)
{
	__u64 seven_bits = word & CULPRIT_EVERY_BYTE(127);

	return (CULPRIT_EVERY_BYTE(127 + high) - seven_bits) & ~word &
	       (seven_bits + CULPRIT_EVERY_BYTE(127 - low)) & CULPRIT_EVERY_BYTE(128);
}

/* Some byte is below `limit`, which is at most 128. */
static __always_inline __u64 has_byte_below(__u64 word, __u64 limit)
{
	return (word - CULPRIT_EVERY_BYTE(limit)) & ~word & CULPRIT_EVERY_BYTE(128);
}

/* Printable ASCII, tab to carriage return, escape (colours), and all bytes of UTF-8. */
static __always_inline int is_text(const __u64 words[CULPRIT_TEXT_SAMPLE_WORDS])
{
	__u64 control = 0;

	for (int index = 0; index < CULPRIT_TEXT_SAMPLE_WORDS; index++)
		control |= has_byte_below(words[index], 9) |
			   has_byte_between(words[index], 13, 27) |
			   has_byte_between(words[index], 27, 32);
	return control == 0;
}

static __always_inline int is_text_byte(char byte)
{
	__u8 value = byte;

	return value >= 32 || (value >= 9 && value <= 13) || value == 27;
}

/* How many of the bytes are newlines; exact, other than the questions above. */
static __always_inline __u64 count_newlines(const __u64 words[CULPRIT_TEXT_SAMPLE_WORDS])
{
	__u64 count = 0;

	for (int index = 0; index < CULPRIT_TEXT_SAMPLE_WORDS; index++) {
		__u64 others = words[index] ^ CULPRIT_EVERY_BYTE('\n');
		__u64 low = (others & CULPRIT_EVERY_BYTE(127)) + CULPRIT_EVERY_BYTE(127);
		__u64 newlines = ~(low | others) & CULPRIT_EVERY_BYTE(128);

		/* One bit a byte: the product's top byte is their sum. */
		count += ((newlines >> 7) * CULPRIT_EVERY_BYTE(1)) >> 56;
	}
	return count;
}
