/* Cleans standard input into standard output. */
#include <stdio.h>
#include <stdlib.h>
#include "sanitizer.h"

int main(void) {
    size_t room = 64 << 20;
    uint8_t *input = malloc(room);
    size_t length = input ? fread(input, 1, room, stdin) : 0;
    sanitizer_bytes out;
    int32_t code = sanitizer_clean(input, length, 0, &out);
    fwrite(out.data, 1, out.length, code == SANITIZER_OK ? stdout : stderr);
    sanitizer_free(out);
    free(input);
    return code;
}
