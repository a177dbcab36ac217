// The names that c/port/wasm.c imports; the script that instantiates the module supplies the functions.
addToLibrary({
  now_ms: () => {},
  clock_step_ms: () => {},
  random: () => {},
  relay: () => {},
  yield: () => {},
  wait: () => {},
  wake: () => {},
});
