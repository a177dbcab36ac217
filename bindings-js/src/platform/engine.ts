/** Which engine this is, where one behaves unlike the others and nothing but its name tells. */

/** JavaScriptCore: Safari, and other browsers of WebKit. */
export function isJavaScriptCore(): boolean {
  const agent = globalThis.navigator?.userAgent ?? '';
  return /AppleWebKit/.test(agent) && !/Chrom(e|ium)\//.test(agent);
}

/** Chromium, and browsers made of it; not Node. */
export function isChromium(): boolean {
  return /Chrom(e|ium)\//.test(globalThis.navigator?.userAgent ?? '');
}

/** Firefox, and other browsers of Gecko. */
export function isFirefox(): boolean {
  return /Gecko\/\d/.test(globalThis.navigator?.userAgent ?? '');
}
