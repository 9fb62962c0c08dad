/**
 * What is wrong with a schedule in the five fields of cron, or with a short name for one; undefined: nothing.
 *
 *     minute hour day-of-month month day-of-week        @hourly        @every 1h30m
 *     field = item *("," item);  item = ("*" | "?" | value ["-" value]) ["/" step]
 *
 * Source: ParseStandard of github.com/robfig/cron v3, whose sentences these are.
 */
export function scheduleTrouble(schedule: string): string | undefined {
  if (schedule === "") return "empty spec string";
  const zone = /^(?:CRON_)?TZ=\S* +/.exec(schedule)?.[0] ?? ""; // the rules of CronJobs say whether it may stand there
  const text = schedule.slice(zone.length).trim();
  if (text.startsWith("@")) return shortNameTrouble(text);
  const fields = text.split(/\s+/).filter((one) => one !== "");
  if (fields.length !== bounds.length)
    return `expected exactly ${bounds.length} fields, found ${fields.length}: [${fields.join(" ")}]`;
  return firstOf(bounds, (bound, i) => firstOf(itemsOf(fields[i] ?? ""), (item) => itemTrouble(item, bound)));
}

interface Bound {
  readonly first: number;
  readonly last: number;
  /** What may be said instead of numbers, from `first` on. */
  readonly names: readonly string[];
}
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const bounds: readonly Bound[] = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: months },
  { first: 0, last: 6, names: weekdays },
];

const itemsOf = (field: string): readonly string[] => field.split(",").filter((one) => one !== "");

function firstOf<T>(all: readonly T[], trouble: (one: T, i: number) => string | undefined): string | undefined {
  for (const [i, one] of all.entries()) {
    const found = trouble(one, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function itemTrouble(item: string, bound: Bound): string | undefined {
  const [range = "", stepText, ...moreSteps] = item.split("/");
  const [low = "", high, ...more] = range.split("-");
  const isAll = low === "*" || low === "?";
  const start = isAll ? bound.first : numberOf(low, bound.names);
  if (typeof start === "string") return start;
  if (!isAll && more.length > 0) return `too many hyphens: ${item}`;
  const given = isAll ? bound.last : high === undefined ? start : numberOf(high, bound.names);
  if (typeof given === "string") return given;
  if (moreSteps.length > 0) return `too many slashes: ${item}`;
  const step = stepText === undefined ? 1 : numberOf(stepText, []);
  if (typeof step === "string") return step;
  const end = stepText !== undefined && high === undefined ? bound.last : given;
  if (start < bound.first) return `beginning of range (${start}) below minimum (${bound.first}): ${item}`;
  if (end > bound.last) return `end of range (${end}) above maximum (${bound.last}): ${item}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${item}`;
  return step === 0 ? `step of range should be a positive number: ${item}` : undefined;

  function numberOf(word: string, names: readonly string[]): number | string {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + bound.first;
    if (!/^[+-]?\d+$/.test(word))
      return `failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax`;
    return Number(word) < 0 ? `negative number (${Number(word)}) not allowed: ${word}` : Number(word);
  }
}

const shortNames = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);
const every = "@every ";

function shortNameTrouble(text: string): string | undefined {
  if (shortNames.has(text)) return undefined;
  if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`;
  const trouble = durationTrouble(text.slice(every.length));
  return trouble === undefined ? undefined : `failed to parse duration ${text}: ${trouble}`;
}

/** Source: ParseDuration of Go's package time. */
function durationTrouble(text: string): string | undefined {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return undefined;
  const shown = JSON.stringify(text);
  if (!/^[\d.]/.test(unsigned)) return `time: invalid duration ${shown}`;
  for (const [, , unit = ""] of unsigned.matchAll(/(\d*\.?\d*)([^\d.]*)/g)) {
    if (unit !== "" && !/^(?:ns|us|µs|μs|ms|s|m|h)$/.test(unit))
      return `time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`;
  }
  if (/[\d.]$/.test(unsigned)) return `time: missing unit in duration ${shown}`;
  return /^(?:(?:\d+\.?\d*|\.\d+)\D+)+$/.test(unsigned) ? undefined : `time: invalid duration ${shown}`;
}
