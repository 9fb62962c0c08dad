/** What can't stand in a URI (RFC 3986 section 2), percent-encoded: no byte of a request ends the line. */
export const asUri = (text: string): string =>
  text.replace(/[^\w\-.~:/?#[\]@!$&'()*+,;=%]/gu, (one) =>
    [...utf8(one)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
