/** Decodes names, of files, exports and imports. A name may begin with a byte order mark, which is a part of it. */
export const nameDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
