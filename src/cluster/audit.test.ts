import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { auditOf } from "./audit.ts";
import { readSettings } from "./settings.ts";

const good = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";

const settingsOf = (given: Readonly<Record<string, string>>) =>
  readSettings(new Map(Object.entries(given).map(([name, text]) => [name, { text, from: `--${name}` }])));

/** What is refused, by what is asked for in a folder with good.yaml and bad.yaml. */
const refusals: readonly (readonly [policy: string, log: string, message: string, where: string])[] = [
  ["good.yaml", "", "there is no file for the audit log", "good.yaml"],
  ["", "audit.log", "there is no policy that says what is audited", "audit.log"],
  ["none.yaml", "audit.log", "the audit policy can't be read", "none.yaml"],
  ["bad.yaml", "audit.log", "the audit policy can't be used: rules[0].level: Required value", "bad.yaml"],
  ["good.yaml", "none/audit.log", "the audit log can't be written", "none/audit.log"],
];

test("an audit log that can't be is refused before anything starts; one that can is written to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ptl-audit-"));
  const at = (name: string): string => (name === "" ? "" : join(folder, name));
  const ask = (policy: string, log: string) =>
    auditOf(settingsOf({ "audit-policy-file": at(policy), "audit-log-path": at(log) }));
  try {
    await writeFile(at("good.yaml"), good);
    await writeFile(at("bad.yaml"), good.replace("level: Metadata", "users: [anna]"));
    for (const [policy, log, message, where] of refusals)
      await assert.rejects(ask(policy, log), { code: "AuditUnusable", message, where: at(where) });
    assert.equal(await ask("", ""), undefined, "off where nothing is said");
    const audit = await ask("good.yaml", "audit.log");
    await audit?.sink.append("a line\n");
    assert.equal(await readFile(at("audit.log"), "utf8"), "a line\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
