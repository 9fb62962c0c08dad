/**
 * How long something took, for people: `5s`, `3m20s`, `2d3h`, `400d`, `2y10d`. `milliseconds` below -1 s is a clock that went
 * wrong: `<invalid>`.
 * Source: duration.HumanDuration of k8s.io/apimachinery.
 */
export function showDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return both(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (hours < 24 * 365 * 8) return both(years, "y", days % 365, "d");
  return `${years}y`;
}
const both = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** How long ago `time` (RFC 3339) was; `<unknown>` where there is none. */
export const showAge = (time: string | undefined, now: number): string =>
  time === undefined || time === "" ? "<unknown>" : showDuration(now - Date.parse(time));
