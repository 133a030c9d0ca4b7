// SPDX-License-Identifier: MIT
// The switch for x86-64, System V calling convention (switch.h says what each function promises).
//
// A saved context, lowest address first:
//
//      0  mxcsr, x87 control word      24  r14      48  rbp
//      8  r12                          32  r15      56  return address
//     16  r13                          40  rbx      64  = the caller's stack pointer, the CFA
//
// Both stacks of a switch have this layout below their CFA while it happens, so the same unwinding rules hold before
// and after the one instruction that changes rsp.

#define CONTEXT 64

        .macro  saved_context cfa
        .cfi_def_cfa \cfa, CONTEXT
        .cfi_offset rip, -8
        .cfi_offset rbp, -16
        .cfi_offset rbx, -24
        .cfi_offset r15, -32
        .cfi_offset r14, -40
        .cfi_offset r13, -48
        .cfi_offset r12, -56
        .endm

        .text
        .globl  switch_stacks
        .type   switch_stacks, @function
        .p2align 5
switch_stacks:                          // rdi: where to leave this context, rsi: the other one
        .cfi_startproc
        leaq    -(CONTEXT - 8)(%rsp), %rsp
        .cfi_adjust_cfa_offset CONTEXT - 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %r12, 8(%rsp)
        movq    %r13, 16(%rsp)
        movq    %r14, 24(%rsp)
        movq    %r15, 32(%rsp)
        movq    %rbx, 40(%rsp)
        movq    %rbp, 48(%rsp)
        saved_context rsp
        movq    %rsp, (%rdi)
        movl    (%rsp), %eax
        movzwl  4(%rsp), %ecx
        movq    56(%rsp), %r8
        movq    %rsi, %rsp
        // eax, cx: the control words in force; r8: where the processor believes the next ret will go; rsp: a context.
        //
        // The control words are nearly always the same on both sides; comparing is cheaper than loading. The low six bits of
        // mxcsr are sticky flags, which the calling convention lets every call destroy.
resume: xorl    (%rsp), %eax
        xorw    4(%rsp), %cx
        andl    $0xffc0, %eax
        orl     %ecx, %eax
        jne     1f
2:      movq    56(%rsp), %rdx
        cmpq    %rdx, %r8
        movq    8(%rsp), %r12
        movq    16(%rsp), %r13
        movq    24(%rsp), %r14
        movq    32(%rsp), %r15
        movq    40(%rsp), %rbx
        movq    48(%rsp), %rbp
        leaq    (CONTEXT - 8)(%rsp), %rsp
        .cfi_remember_state
        .cfi_def_cfa_offset 8
        .cfi_restore rbp
        .cfi_restore rbx
        .cfi_restore r15
        .cfi_restore r14
        .cfi_restore r13
        .cfi_restore r12
        // Fibers of a scheduler all park in the same place, so its return address is the one that was just pushed: then
        // ret is predicted, and so are the returns after it. Otherwise the indirect jump is the better guess.
        jne     3f
        ret
3:      leaq    8(%rsp), %rsp
        .cfi_def_cfa_offset 0
        .cfi_register rip, rdx
        jmp     *%rdx
        .cfi_restore_state
1:      ldmxcsr (%rsp)
        fldcw   4(%rsp)
        jmp     2b
        .cfi_endproc
        .size   switch_stacks, . - switch_stacks

        .globl  switch_prepare
        .type   switch_prepare, @function
        .p2align 4
switch_prepare:                         // rdi: top, rsi: entry, rdx: arg
        .cfi_startproc
        andq    $-16, %rdi
        leaq    -CONTEXT(%rdi), %rax
        stmxcsr (%rax)
        fnstcw  4(%rax)
        movw    $0, 6(%rax)
        movq    %rdx, 8(%rax)
        movq    %rsi, 16(%rax)
        movq    $0, 48(%rax)
        leaq    switch_entry(%rip), %rcx
        movq    %rcx, 56(%rax)
        ret
        .cfi_endproc
        .size   switch_prepare, . - switch_prepare

        // The outermost frame of every prepared stack: goes on with the context that r13(r12) returns. By then as many
        // returns were made as calls, so the one to go on with finds its own in the processor's memory of them.
        .type   switch_entry, @function
        .p2align 4
        .cfi_startproc
        .cfi_undefined rip
        nop                             // unwinders look up the byte before a return address
switch_entry:
        movq    %r12, %rdi
        callq   *%r13
        stmxcsr -8(%rsp)
        fnstcw  -16(%rsp)
        movq    %rax, %rdx
        movl    -8(%rsp), %eax
        movzwl  -16(%rsp), %ecx
        movq    %rdx, %rsp
        movq    56(%rsp), %r8
        jmp     resume
        .cfi_endproc
        .size   switch_entry, . - switch_entry

        // To an unwinder, the caller of the call below is not who called this function: its rules say that the caller's
        // registers lie in the context that rbx points at.
        .globl  switch_trace
        .type   switch_trace, @function
        .p2align 4
switch_trace:                           // rdi: context, rsi: frames, edx: n
        .cfi_startproc
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_offset rbx, -16
        movq    %rdi, %rbx
        movq    %rsi, %rdi
        movl    %edx, %esi
        .cfi_remember_state
        saved_context rbx
        call    backtrace@PLT
        .cfi_restore_state
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        ret
        .cfi_endproc
        .size   switch_trace, . - switch_trace

        .section .note.GNU-stack, "", @progbits
