import { readFileSync, writeFileSync } from "node:fs";
import type { Ledger } from "./ledger.ts";

const fileOf = (key: string): string => `/proc/sys/${key.replaceAll(".", "/")}`;

/** Sets a kernel parameter; what stood there before goes to the ledger. Nothing happens where it has that value already. */
export function setSysctl(key: string, value: string, ledger: Ledger): void {
  const before = readFileSync(fileOf(key), "utf8").trim();
  if (before === value) return;
  ledger.note({ is: "sysctl", key, before });
  writeFileSync(fileOf(key), value);
}

export const restoreSysctl = (key: string, before: string): void => writeFileSync(fileOf(key), before);
