/* What a failed assertion does inside coordinator.wasm, which has nobody to tell: the thread traps. */
_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function);

_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function)
{
    (void)condition, (void)file, (void)line, (void)function;
    __builtin_trap();
}
