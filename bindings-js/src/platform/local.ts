/** A script that is served in the thread of who starts it, where both see what they would see of two threads. */
import type { Child, Scope } from './scope.js';

/** Serves a script here. Messages come in a later microtask, in their order. */
export function localChild<Out, In>(serve: (scope: Scope<In, Out>) => void): Child<Out, In> {
  const toChild: ((message: Out) => void)[] = [];
  const toParent: ((message: In) => void)[] = [];
  let isOver = false;
  const deliver =
    <T>(listeners: ((message: T) => void)[]) =>
    (message: T): void => {
      queueMicrotask(() => {
        if (!isOver || listeners === (toParent as unknown)) listeners.forEach((listener) => listener(message));
      });
    };
  serve({
    post: deliver(toParent),
    onMessage: (listener) => void toChild.push(listener),
  });
  return {
    post: deliver(toChild),
    onMessage: (listener) => void toParent.push(listener),
    onFailure: () => undefined, // what runs here fails here
    terminate: () => {
      isOver = true;
    },
    keepAlive: () => undefined,
  };
}
