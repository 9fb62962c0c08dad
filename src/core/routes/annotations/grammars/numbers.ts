import { type Grammar, value, wrong } from "../annotation.ts";

/** `most` and `least` belong to it. `unit` is in the plural: `seconds`. */
export const wholeNumber = (unit: string, least: number, most: number): Grammar<number> => ({
  shape: `a whole number of ${unit}, ${least} to ${most}`,
  read: (text) => {
    if (!/^[+-]?\d+$/.test(text)) return wrong(`is no whole number of ${unit}; write the number alone, without a unit`);
    const number = Number(text);
    return number >= least && number <= most ? value(number) : wrong(`is not between ${least} and ${most} ${unit}`);
  },
});

/** What engines keep in 32 bits of milliseconds, as HAProxy does its timeouts. */
export const mostSeconds = 2_147_483;

export const seconds = wholeNumber("seconds", 1, mostSeconds);

const factors: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes. Source: nginx' "Configuration file measurement units". */
export const size: Grammar<number> = {
  shape: "bytes, or with k, m or g behind the number: 8m",
  read: (text) => {
    const [, digits, unit = ""] = /^(\d+)([bkmg]?)$/i.exec(text) ?? [];
    if (digits === undefined) return wrong("is no size; write bytes, or a number with k, m or g behind it: 8m");
    const bytes = Number(digits) * (factors[unit.toLowerCase()] ?? 1);
    return Number.isSafeInteger(bytes) ? value(bytes) : wrong("is more bytes than can be counted");
  },
};
