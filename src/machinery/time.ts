/** A moment (milliseconds since 1970) as the API writes it: RFC 3339, whole seconds, UTC. */
export const showTime = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000Z", "Z");

/** The same as a MicroTime: Leases and Events have it. */
export const showMicroTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");

/** Milliseconds since 1970 of a time that the API wrote; 0 for what it didn't. */
export const readTime = (text: string | undefined): number => {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
};
