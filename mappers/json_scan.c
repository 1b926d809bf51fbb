/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/json_scan.h"

#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK_BYTES 64

void json_scan_init(struct json_scan *scan, unsigned max_depth)
{
	assert(max_depth <= 64);
	*scan = (struct json_scan){ .max_depth = max_depth };
}

/* A bracket or a backslash outside of strings. */
static enum json_scan_result bracket(struct json_scan *scan, char c)
{
	if (c == '\\')
		return JSON_SCAN_MISMATCH;
	if (c == '{' || c == '[') {
		if (scan->depth == scan->max_depth)
			return JSON_SCAN_DEEP;
		scan->kinds = scan->kinds << 1 | (c == '{');
		scan->depth++;
		return JSON_SCAN_MORE;
	}
	if (scan->depth == 0 || (scan->kinds & 1) != (c == '}'))
		return JSON_SCAN_MISMATCH;
	scan->kinds >>= 1;
	return --scan->depth == 0 ? JSON_SCAN_CLOSED : JSON_SCAN_MORE;
}

/* Bytes one by one: the ends of chunks, and machines without SSE2. */
static enum json_scan_result feed_bytes(struct json_scan *scan, const char *bytes, size_t len,
					size_t *ret_taken)
{
	for (size_t i = 0; i < len; i++) {
		const char c = bytes[i];

		if (scan->in_string) {
			if (scan->escaped)
				scan->escaped = false;
			else if (c == '\\')
				scan->escaped = true;
			else if (c == '"')
				scan->in_string = false;
			continue;
		}
		if (c == '"') {
			scan->in_string = true;
			continue;
		}
		if (c != '{' && c != '[' && c != '}' && c != ']' && c != '\\')
			continue;
		const enum json_scan_result result = bracket(scan, c);

		if (result != JSON_SCAN_MORE) {
			*ret_taken = result == JSON_SCAN_CLOSED ? i + 1 : i;
			return result;
		}
	}
	*ret_taken = len;
	return JSON_SCAN_MORE;
}

#ifdef __SSE2__

struct block {
	uint64_t quotes, backslashes, brackets; /* bit i: byte i is one */
};

static struct block classify(const char *bytes)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i lower = _mm_set1_epi8(0x20);
	const __m128i open = _mm_set1_epi8('{');
	const __m128i close = _mm_set1_epi8('}');
	struct block block = { 0, 0, 0 };

	for (size_t i = 0; i < BLOCK_BYTES / 16; i++) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
		/* '[' and ']' differ from '{' and '}' by this bit, and nothing else becomes one. */
		const __m128i folded = _mm_or_si128(v, lower);
		const __m128i any =
			_mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close));

		block.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote))
				<< (16 * i);
		block.backslashes |=
			(uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, backslash))
			<< (16 * i);
		block.brackets |= (uint64_t)(uint32_t)_mm_movemask_epi8(any) << (16 * i);
	}
	return block;
}

/* Which bytes are escaped, given where the backslashes are; *carry: is the next block's first byte? */
static uint64_t escaped_bytes(uint64_t backslashes, bool *carry)
{
	uint64_t escaped = *carry ? 1 : 0;

	*carry = false;
	backslashes &= ~escaped;
	while (backslashes != 0) {
		const uint64_t first = backslashes & -backslashes;

		if (first == UINT64_C(1) << 63) {
			*carry = true;
			break;
		}
		escaped |= first << 1;
		backslashes &= ~(first | first << 1);
	}
	return escaped;
}

/* Bit i becomes the parity of the bits up to and with i: 1 from an opening quote to before its end. */
static uint64_t prefix_parity(uint64_t bits)
{
	for (unsigned shift = 1; shift < 64; shift *= 2)
		bits ^= bits << shift;
	return bits;
}

static enum json_scan_result feed_block(struct json_scan *scan, const char *bytes,
					size_t *ret_taken)
{
	struct block block = classify(bytes);

	if (block.backslashes != 0 || scan->escaped)
		block.quotes &= ~escaped_bytes(block.backslashes, &scan->escaped);
	const uint64_t inside = prefix_parity(block.quotes) ^ (scan->in_string ? UINT64_MAX : 0);

	scan->in_string = inside >> 63 != 0;
	/* Quotes behind a backslash outside of strings are misjudged, but never the first such backslash. */
	for (uint64_t left = (block.brackets | block.backslashes) & ~inside; left != 0;
	     left &= left - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(left);
		const enum json_scan_result result = bracket(scan, bytes[i]);

		if (result != JSON_SCAN_MORE) {
			scan->in_string = scan->escaped = false;
			*ret_taken = result == JSON_SCAN_CLOSED ? i + 1 : i;
			return result;
		}
	}
	return JSON_SCAN_MORE;
}

#endif

enum json_scan_result json_scan_feed(struct json_scan *scan, const char *bytes, size_t len,
				     size_t *ret_taken)
{
	size_t done = 0;

#ifdef __SSE2__
	for (; len - done >= BLOCK_BYTES; done += BLOCK_BYTES) {
		size_t taken;
		const enum json_scan_result result = feed_block(scan, bytes + done, &taken);

		if (result != JSON_SCAN_MORE) {
			*ret_taken = done + taken;
			return result;
		}
	}
#endif
	size_t taken;
	const enum json_scan_result result = feed_bytes(scan, bytes + done, len - done, &taken);

	*ret_taken = done + taken;
	return result;
}
