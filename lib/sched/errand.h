// SPDX-License-Identifier: MIT
#ifndef SCHED_ERRAND_H
#define SCHED_ERRAND_H
#include "sched/loop.h"
#include "sched/offload.h"
#include <stdint.h>

// A wait as data: a time that has to come, or work that may block. Code that must wait now and then
// says for what, and whoever runs it chooses how: a fiber parks, a thread blocks, callbacks go on
// with something else. So one body of code serves them all. It is written as a function that is
// called again and again until it wants no more:
//
//      bool save_step(struct save *s, struct errand *e)
//      {
//          if (e->result < 0)
//              s->error = e->result;           // of what was wanted last
//          switch (s->step++) {
//          case 0:
//              errand_wait(e, s->turn);        // a time ...
//              return true;
//          case 1:
//              errand_work(e, save_write, s);  // ... or work
//              return true;
//          }
//          return false;
//      }
//
//      struct errand e = { 0 };
//      while (save_step(&s, &e))
//          errand_park(&e);                    // or errand_block, or errand_begin
//
// { 0 } before the first one.
struct errand {
    int (*work)(void *arg); // NULL: wait until `until`
    void *arg;
    int64_t until; // monotonic ns
    int result;    // 0; what the work returned; a negative errno when it was not to be had
};

static inline void errand_wait(struct errand *e, int64_t until)
{
    *e = (struct errand){ .until = until };
}

static inline void errand_work(struct errand *e, int (*work)(void *arg), void *arg)
{
    *e = (struct errand){ .work = work, .arg = arg };
}

// Does it here and now: the calling thread sleeps, or does the work.
void errand_block(struct errand *e);

// Parks the calling fiber until it is done, by a thread when it is work. Results beside the work's:
// -ECANCELED, -ENOMEM, -EAGAIN; then the work was not begun.
void errand_park(struct errand *e);

// One that is done while the loop goes on with something else. In place; { 0 } is at rest.
struct errand_run {
    struct errand *errand; // NULL: at rest
    struct loop *loop;
    struct loop_timer timer;
    struct offloaded work;
    void (*done)(struct errand_run *r);
};

// Begins `e` on the calling thread's loop, which is borrowed until it is done. `done` is then
// called, with the result in the errand, on the loop's stack and never from within this call. When
// it cannot be begun, returns that error, which is the errand's result, too: -ENOMEM, -EAGAIN.
int errand_begin(struct errand_run *r, struct errand *e, void (*done)(struct errand_run *r));

// Gives up what has been begun and is not done: its result is -ECANCELED, and `done` is not called.
// But work that a thread is at has to be waited for: then returns false, and `done` will be called.
bool errand_give_up(struct errand_run *r);
#endif
