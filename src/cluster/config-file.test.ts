import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig, showConfig, writeFirstConfig } from "./config-file.ts";
import { settingsTable } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-config-"));
after(() => rmSync(folder, { recursive: true }));
const read = async (text: string): Promise<Readonly<Record<string, string>>> => {
  writeFileSync(join(folder, "config.yaml"), text);
  return Object.fromEntries([...(await readConfig(folder))].map(([name, given]) => [name, given.text]));
};
const given = new Map([
  ["api-port", { text: "7443", from: "--api-port" }],
  ["node-labels", { text: "node-1=a=b,c=d", from: "--node-labels" }],
  ["images", { text: "images.yaml", from: "--images" }],
]);

test("the first file has a line for every setting: what was given stands there, the rest as comments", async () => {
  const shown = showConfig(given);
  for (const { name } of Object.values(settingsTable)) {
    const line = new RegExp(`^${given.has(name) ? "" : "# "}${name}: `, "m");
    if (name === "data-dir") assert.doesNotMatch(shown, /^#? ?data-dir/m);
    else assert.match(shown, line);
  }
  const images = join(process.cwd(), "images.yaml");
  assert.deepEqual(await read(shown), { "api-port": "7443", "node-labels": "node-1=a=b,c=d", images });
  const uncommented = shown.replace(/^# ([a-z-]+: )/gm, "$1");
  assert.equal(Object.keys(await read(uncommented)).length, Object.keys(settingsTable).length - 1);
});

test("a file that is there already stays as it is", async () => {
  writeFileSync(join(folder, "config.yaml"), "v: 3\n");
  await writeFirstConfig(folder, given);
  assert.equal(readFileSync(join(folder, "config.yaml"), "utf8"), "v: 3\n");
});

const readable = [
  { name: "nothing", text: "", lines: {} },
  { name: "comments alone", text: "# api-port: 1\n\n  # v: 2\n", lines: {} },
  {
    name: "a number and a word",
    text: "api-port: 7000\ncluster-domain: k8s\n",
    lines: { "api-port": "7000", "cluster-domain": "k8s" },
  },
  { name: "a line below an older one", text: "v: 1\nv: 2\n", lines: { v: "2" } },
  { name: "a line without a value", text: "v:\n", lines: {} },
];
for (const { name, text, lines } of readable) {
  test(`config.yaml with ${name}`, async () => assert.deepEqual(await read(text), lines));
}

const refused = [
  { name: "no YAML", text: "v: [1", says: /is not YAML/ },
  { name: "a list", text: "- v\n", says: /has no lines like/ },
  { name: "an unknown setting", text: "apiport: 1\n", says: /has no setting "apiport"/ },
  { name: "the folder that it stands in", text: "data-dir: /x\n", says: /has no setting "data-dir"/ },
  { name: "a list for a value", text: "api-port: [1]\n", says: /api-port is not a port from 1 to 65535/ },
];
for (const { name, text, says } of refused) {
  test(`config.yaml with ${name} is refused`, async () => {
    await assert.rejects(read(text), { code: "ConfigUnusable", message: says, where: join(folder, "config.yaml") });
  });
}
