/* Removes the metadata from pictures and leaves the pixels alone: JPEG, PNG, APNG, WebP, GIF, HEIC, AVIF.
 *
 * Every function may be called from any thread. Link with libsanitizer_c.a (and -lpthread -ldl -lm where the system
 * has them apart) or libsanitizer_c.so. */
#ifndef SANITIZER_H
#define SANITIZER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What sanitizer_clean gives back. */
#define SANITIZER_OK 0       /* *out is the clean picture */
#define SANITIZER_REFUSED 1  /* *out says why, as UTF-8 text without a final zero */
#define SANITIZER_ARGUMENT 2 /* a pointer was null; *out is empty */
#define SANITIZER_BUG 3      /* an error of this library; *out is empty */

/* Bytes that this library allocated. */
typedef struct {
    uint8_t *data; /* null when length is 0 */
    size_t length;
} sanitizer_bytes;

/* Cleans the picture of `length` bytes at `input` with the default options: it is turned upright where that is exact,
 * colours and HDR stay. `max_memory` is the most bytes that it may take besides input and output; 0 for the default
 * of 1 GiB. Whatever *out becomes is to be given to sanitizer_free. The input is never changed, and never given back
 * in place of a clean picture. */
int32_t sanitizer_clean(const uint8_t *input, size_t length, uint64_t max_memory, sanitizer_bytes *out);

/* Gives back what sanitizer_clean allocated. Empty bytes are fine. */
void sanitizer_free(sanitizer_bytes bytes);

/* The version of the library, with a final zero. Not to be freed. */
const char *sanitizer_version(void);

#ifdef __cplusplus
}
#endif

#endif
