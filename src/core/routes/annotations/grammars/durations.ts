import { showValue } from "../../shown-value.ts";
import { type Grammar, type Reading, value, wrong } from "../annotation.ts";
import { mostSeconds } from "./numbers.ts";
import { entriesOf } from "./words.ts";

/** For how long an answer with one of these codes counts. */
export interface KeptFor {
  readonly statuses: readonly number[] | "any";
  readonly seconds: number;
}

/** Source: nginx' "Configuration file measurement units". */
const units: ReadonlyMap<string, number> = new Map([
  ["ms", 0.001],
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
  ["M", 2_592_000],
  ["y", 31_536_000],
]);

const shape = "codes, then a time: `200 202 10m`; several are separated by commas";

/** As nginx' proxy_cache_valid: a time without codes is for 200, 301 and 302. */
export const cacheDurations: Grammar<readonly KeptFor[]> = {
  shape,
  read: (text) => {
    const kept: KeptFor[] = [];
    for (const entry of entriesOf(text)) {
      const reading = readEntry(entry);
      if (reading.kind === "wrong")
        return wrong(`has ${showValue(entry)} in it, which ${reading.detail}; write ${shape}`);
      kept.push(reading.value);
    }
    return kept.length === 0 ? wrong(`has no time in it; write ${shape}`) : value(kept);
  },
};

function readEntry(entry: string): Reading<KeptFor> {
  const words = entry.split(/ +/);
  const codes = words.filter((word) => /^([1-5]\d\d|any)$/.test(word));
  const times = words.slice(codes.length);
  if (times.length === 0) return wrong("names no time");
  const seconds = times.reduce((sum, time) => sum + secondsOf(time), 0);
  if (!(seconds <= mostSeconds)) return wrong("is no time, or too long a one");
  const statuses = codes.includes("any") ? "any" : codes.length === 0 ? [200, 301, 302] : codes.map(Number);
  return value({ statuses, seconds: Math.floor(seconds) });
}

/** NaN for what is no time. */
function secondsOf(time: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|[smhdwMy])$/.exec(time) ?? [];
  return digits === "" ? Number.NaN : Number(digits) * (units.get(unit) ?? Number.NaN);
}
