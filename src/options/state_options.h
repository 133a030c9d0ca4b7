// SPDX-License-Identifier: MIT
#ifndef OPTIONS_STATE_OPTIONS_H
#define OPTIONS_STATE_OPTIONS_H
#include "options/options.h"

// The reader of --commit-interval, at whose offset lies struct arguments_state.
options_reader state_options_interval;
#endif
