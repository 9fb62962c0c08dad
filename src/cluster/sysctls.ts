import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "#os/files.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Who needs a kernel parameter, since several clusters may: the first notes what stood there, the last puts it back. Lost with a
 * reboot, as the parameters are. They belong to a network namespace, and so does the folder.
 */
const shared = "/run/portolan";
const holdersOf = (key: string): string =>
  join(shared, String(statSync("/proc/self/ns/net").ino), key.replaceAll("/", "%"));
/** As sysctl(8) reads keys: a slash stands for a dot in a name, `net.ipv4.conf.eth0/100.forwarding`. */
export const fileOf = (key: string): string =>
  `/proc/sys/${key.replace(/[./]/g, (mark) => (mark === "." ? "/" : "."))}`;
const original = "before";

/** Sets a kernel parameter for one holder; nothing is noted where it has that value of its own accord. */
export function holdSysctl(key: string, value: string, { ledger, holder }: { ledger: Ledger; holder: string }): void {
  const folder = holdersOf(key);
  const before = readFileSync(fileOf(key), "utf8").trim();
  if (before === value && namesIn(folder).length === 0) return;
  ledger.note({ is: "sysctl", key, holder });
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (!namesIn(folder).includes(original)) writeFileSync(join(folder, original), before);
  writeFileSync(join(folder, holder), "");
  if (before !== value) writeFileSync(fileOf(key), value);
}

/** The parameter is as it was once its last holder lets go. Nothing happens where it isn't held: the machine was rebooted. */
export function releaseSysctl(key: string, holder: string): void {
  const folder = holdersOf(key);
  const names = namesIn(folder);
  if (!names.includes(holder)) return;
  if (names.every((name) => name === holder || name === original)) {
    writeFileSync(fileOf(key), readFileSync(join(folder, original), "utf8"));
    rmSync(join(folder, original), { force: true });
  }
  rmSync(join(folder, holder), { force: true });
  for (const empty of [folder, dirname(folder), shared]) removeEmpty(empty);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return [];
    throw fault;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (fault) {
    if (!hasCode(fault, "ENOTEMPTY", "ENOENT")) throw fault;
  }
}
