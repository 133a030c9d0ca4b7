// SPDX-License-Identifier: MIT
#ifndef ENGINE_OBITUARY_H
#define ENGINE_OBITUARY_H
#include "engine/engine.h"
#include "engine/keeper.h"

// What there is to say of a dead worker.

// One sentence: which worker, and what it died of.
void obituary_write(char out[KEEPER_WHY], const struct keeper *k);

// Adds what it used to what the engine's others did.
void obituary_add_usage(struct engine_usage *total, const struct zygote_usage *used);
#endif
