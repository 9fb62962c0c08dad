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

/** A time that was read, as Kubernetes keeps it: other clients write offsets and fractions of seconds. Source: metav1.Time. */
export const keptTime = (text: string): string => showTime(Date.parse(text));

/** The same of a MicroTime: UTC, six digits. Source: metav1.MicroTime. */
export const keptMicroTime = (text: string): string => {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return keptTime(text).replace("Z", `.${fraction.slice(0, 6).padEnd(6, "0")}Z`);
};
