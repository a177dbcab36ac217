/// <reference lib="esnext.disposable" preserve="true" />

/** What the package's types need and not every library of TypeScript declares; where one does, these are part of it. */

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is the platform's
  namespace WebAssembly {
    /* eslint-disable @typescript-eslint/no-empty-object-type -- as TypeScript has them */
    interface Module {}
    interface Memory {}
    interface Table {}
    /* eslint-enable @typescript-eslint/no-empty-object-type */
  }
}

export {};
