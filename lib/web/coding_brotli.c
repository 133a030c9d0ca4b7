// SPDX-License-Identifier: MIT
#include "web/coding_stage.h"
#include <brotli/decode.h>
#include <errno.h>
#include <stdlib.h>

// br (RFC 7932). Its window, 16 MB at most, is the decoder's own, and grows with what comes.
struct coding_brotli {
    struct coding_stage stage;
    BrotliDecoderState *state;
};

static int coding_brotli_error(const BrotliDecoderState *state)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state);
    bool memory = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                  code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
    return memory ? -ENOMEM : -EBADMSG;
}

static int coding_brotli_write(struct coding_stage *s, struct span in)
{
    struct coding_brotli *d = (struct coding_brotli *)s;
    const uint8_t *p = (const uint8_t *)in.p;
    BrotliDecoderResult answer;
    if (s->between) // a whole stream: nothing comes after it
        return 0;
    do {
        size_t none = 0;
        answer = BrotliDecoderDecompressStream(d->state, &in.n, &p, &none, NULL, NULL);
        if (answer == BROTLI_DECODER_RESULT_ERROR)
            return coding_brotli_error(d->state);
        while (BrotliDecoderHasMoreOutput(d->state)) {
            size_t n = CODING_PIECE;
            const uint8_t *piece = BrotliDecoderTakeOutput(d->state, &n);
            int rc = coding_give(s, (const char *)piece, n);
            if (rc)
                return rc;
        }
    } while (answer == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
    s->between = answer == BROTLI_DECODER_RESULT_SUCCESS;
    return 0;
}

static void coding_brotli_free(struct coding_stage *s)
{
    struct coding_brotli *d = (struct coding_brotli *)s;
    BrotliDecoderDestroyInstance(d->state);
    free(d);
}

int coding_brotli_new(struct coding_stage **out)
{
    struct coding_brotli *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->stage.write = coding_brotli_write;
    d->stage.free = coding_brotli_free;
    d->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (!d->state) {
        free(d);
        return -ENOMEM;
    }
    *out = &d->stage;
    return 0;
}
