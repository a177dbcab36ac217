/* What scripts tell the platform of coordinator.wasm. */
#ifndef MILLRACE_PORT_WASM_H
#define MILLRACE_PORT_WASM_H

/* From now on all instances over this memory run in one thread of the engine's: whoever waits there asks the script,
 * which suspends it (JSPI), and so does whoever wakes it. Called once, before anybody waits. */
void port_wait_by_script(void);

#endif
