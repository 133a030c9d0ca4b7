// SPDX-License-Identifier: MIT
// The switch for AArch64, AAPCS64 calling convention (switch.h says what each function promises).
//
// A saved context, lowest address first:
//
//      0  d8  d9        64  x19 x20       144  x29 (frame pointer), x30 (return address)
//     16  d10 d11       80  x21 x22       160  fpcr
//     32  d12 d13       96  x23 x24       176  = the caller's stack pointer, the CFA
//     48  d14 d15      112  x25 x26
//                      128  x27 x28
//
// Both stacks of a switch have this layout below their CFA while it happens, so the same unwinding rules hold before
// and after the one instruction that changes sp.

#define CONTEXT 176

        .macro  saved_registers
        .cfi_offset x19, -112
        .cfi_offset x20, -104
        .cfi_offset x21, -96
        .cfi_offset x22, -88
        .cfi_offset x23, -80
        .cfi_offset x24, -72
        .cfi_offset x25, -64
        .cfi_offset x26, -56
        .cfi_offset x27, -48
        .cfi_offset x28, -40
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        .cfi_offset d8, -176
        .cfi_offset d9, -168
        .cfi_offset d10, -160
        .cfi_offset d11, -152
        .cfi_offset d12, -144
        .cfi_offset d13, -136
        .cfi_offset d14, -128
        .cfi_offset d15, -120
        .endm

        .text
        .globl  switch_stacks
        .type   switch_stacks, %function
        .p2align 5
switch_stacks:                          // x0: where to leave this context, x1: the other one
        .cfi_startproc
        sub     sp, sp, #CONTEXT
        .cfi_adjust_cfa_offset CONTEXT
        mrs     x2, fpcr
        stp     d8, d9, [sp, #0]
        stp     d10, d11, [sp, #16]
        stp     d12, d13, [sp, #32]
        stp     d14, d15, [sp, #48]
        stp     x19, x20, [sp, #64]
        stp     x21, x22, [sp, #80]
        stp     x23, x24, [sp, #96]
        stp     x25, x26, [sp, #112]
        stp     x27, x28, [sp, #128]
        stp     x29, x30, [sp, #144]
        str     x2, [sp, #160]
        saved_registers
        mov     x3, sp
        str     x3, [x0]
        mov     x4, x30
        mov     sp, x1
        // x2: fpcr; x4: where the processor believes the next ret will go; sp: a context.
resume: ldr     x3, [sp, #160]
        cmp     x2, x3                  // writing fpcr is dear, and it is nearly always the same
        b.eq    1f
        msr     fpcr, x3
1:      ldp     d8, d9, [sp, #0]
        ldp     d10, d11, [sp, #16]
        ldp     d12, d13, [sp, #32]
        ldp     d14, d15, [sp, #48]
        ldp     x19, x20, [sp, #64]
        ldp     x21, x22, [sp, #80]
        ldp     x23, x24, [sp, #96]
        ldp     x25, x26, [sp, #112]
        ldp     x27, x28, [sp, #128]
        ldp     x29, x9, [sp, #144]
        add     sp, sp, #CONTEXT
        .cfi_def_cfa_offset 0
        .cfi_register x30, x9
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore d8
        .cfi_restore d9
        .cfi_restore d10
        .cfi_restore d11
        .cfi_restore d12
        .cfi_restore d13
        .cfi_restore d14
        .cfi_restore d15
        // Fibers of a scheduler all park in the same place, so its return address is the one of this call too: then ret
        // is predicted, and so are the returns after it. Otherwise the indirect branch is the better guess.
        cmp     x4, x9
        b.ne    2f
        ret     x9
2:      br      x9
        .cfi_endproc
        .size   switch_stacks, . - switch_stacks

        .globl  switch_prepare
        .type   switch_prepare, %function
        .p2align 4
switch_prepare:                         // x0: top, x1: entry, x2: arg
        .cfi_startproc
        and     x0, x0, #-16
        sub     x0, x0, #CONTEXT
        stp     x2, x1, [x0, #64]       // x19: arg, x20: entry
        adr     x3, switch_entry
        stp     xzr, x3, [x0, #144]
        mrs     x3, fpcr
        str     x3, [x0, #160]
        ret
        .cfi_endproc
        .size   switch_prepare, . - switch_prepare

        // The outermost frame of every prepared stack: goes on with the context that x20(x19) returns. By then as many
        // returns were made as calls, so the one to go on with finds its own in the processor's memory of them.
        .type   switch_entry, %function
        .p2align 4
        .cfi_startproc
        .cfi_undefined x30
        nop                             // unwinders look up the byte before a return address
switch_entry:
        mov     x0, x19
        blr     x20
        mov     sp, x0
        mrs     x2, fpcr
        ldr     x4, [sp, #152]
        b       resume
        .cfi_endproc
        .size   switch_entry, . - switch_entry

        // To an unwinder, the caller of the call below is not who called this function: its rules say that the caller's
        // registers lie in the context that x19 points at.
        .globl  switch_trace
        .type   switch_trace, %function
        .p2align 4
switch_trace:                           // x0: context, x1: frames, w2: n
        .cfi_startproc
        stp     x29, x30, [sp, #-32]!
        .cfi_adjust_cfa_offset 32
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        str     x19, [sp, #16]
        .cfi_offset x19, -16
        mov     x19, x0
        mov     x0, x1
        mov     w1, w2
        .cfi_remember_state
        .cfi_def_cfa x19, CONTEXT
        saved_registers
        bl      backtrace
        .cfi_restore_state
        ldr     x19, [sp, #16]
        ldp     x29, x30, [sp], #32
        .cfi_def_cfa_offset 0
        .cfi_restore x19
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   switch_trace, . - switch_trace

        .section .note.GNU-stack, "", %progbits
