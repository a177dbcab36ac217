/** What calls of exports need, and guests that are kept: it is loaded with the first of them. */
import type { ExportCall } from './client.js';
import { parametersOf, refusalOfValues } from './export-types.js';

export { Instance } from './instance.js';
export { Line } from './line.js';

/** Refuses a call with values that the export does not take. */
export function checkValues(module: WebAssembly.Module, { name, values }: ExportCall): void {
  const refusal = refusalOfValues(name, parametersOf(module).get(name), values);
  if (refusal) throw refusal;
}
