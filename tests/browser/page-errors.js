// For pages of tests: keeps their errors where browser/webkit.mjs looks for them, since WebDriver tells of none.
globalThis.__console = [];
addEventListener('error', (event) => globalThis.__console.push({ type: 'pageerror', text: event.message }));
addEventListener('unhandledrejection', (event) =>
  globalThis.__console.push({ type: 'pageerror', text: String(event.reason) }),
);
