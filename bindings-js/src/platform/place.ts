/** URLs as errors show them. */

const PLACE_CHARS = 300;

/** A URL, whole unless it is very long. Of one that has its content in it, only that. */
export function placeOf(url: string): string {
  if (/^data:/i.test(url)) return `a data: URL of ${url.length} characters`;
  return url.length > PLACE_CHARS ? `${url.slice(0, PLACE_CHARS)}…` : url;
}

/** What an error says, without the data: URLs that platforms quote in full. */
export function withoutData(text: string): string {
  return text.replace(/data:[\w.+-]+\/[^\s'"]{40,}/gi, (url) => placeOf(url));
}
