/** As `metadata.creationTimestamp` is written: RFC 3339, UTC, whole seconds. */
export const showTime = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
