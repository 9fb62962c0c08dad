import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { askedFrom, clusterFlags, dataDirFrom, parse, settingFlags, wantsJson } from "./arguments.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-arguments-"));
after(() => rmSync(folder, { recursive: true }));

const flags = { ...settingFlags, filename: { type: "string", short: "f", multiple: true } } as const;

const forms = [
  { name: "a flag and its value", args: ["--api-port", "7000"], port: 7000 },
  { name: "a flag with an equals sign", args: ["--api-port=7000"], port: 7000 },
  { name: "the last of several", args: ["--api-port=1", "--api-port", "7000"], port: 7000 },
  { name: "none", args: [], port: 6443 },
];
for (const { name, args, port } of forms) {
  test(`settings from ${name}`, async () => {
    const { settings } = await askedFrom(parse(["--data-dir", folder, ...args], flags), {});
    assert.equal(settings["api-port"], port);
  });
}

test("a flag wins over a variable, that over config.yaml, that over the default", async () => {
  writeFileSync(join(folder, "config.yaml"), "v: 3\napi-port: 3333\ncluster-domain: file\n");
  const environment = { PORTOLAN_DATA_DIR: folder, PORTOLAN_API_PORT: "2222", PORTOLAN_V: "2" };
  const { settings, given, lines } = await askedFrom(parse(["--v", "1"], flags), environment);
  assert.deepEqual(
    { v: settings.v, port: settings["api-port"], domain: settings["cluster-domain"], images: settings.images },
    { v: 1, port: 2222, domain: "file", images: "" },
  );
  assert.deepEqual(given.get("api-port"), { text: "2222", from: "PORTOLAN_API_PORT" });
  assert.equal(lines.get("api-port")?.text, "3333");
});

test("what is wrong is told with the place where it was given", async () => {
  await assert.rejects(askedFrom(parse(["--data-dir", folder], flags), { PORTOLAN_V: "x" }), { where: "PORTOLAN_V" });
  writeFileSync(join(folder, "config.yaml"), "v: x\n");
  await assert.rejects(askedFrom(parse(["--data-dir", folder], flags), {}), { where: `${folder}/config.yaml: v` });
});

const misused = [
  { name: "an unknown flag", args: ["--bogus"], says: /Unknown option '--bogus'/ },
  { name: "a flag without its value", args: ["--api-port"], says: /--api-port/ },
  { name: "an argument where none is taken", args: ["pods"], says: /pods/ },
];
for (const { name, args, says } of misused) {
  test(`${name} is wrong usage`, () => assert.throws(() => parse(args, flags), { code: "Usage", message: says }));
}

test("the folder of a cluster that stands: flag, variable, default", () => {
  assert.equal(dataDirFrom(parse(["--data-dir", "/x/"], clusterFlags), { PORTOLAN_DATA_DIR: "/y" }), "/x");
  assert.equal(dataDirFrom(parse([], clusterFlags), { PORTOLAN_DATA_DIR: "/y" }), "/y");
  assert.equal(dataDirFrom(parse([], clusterFlags), {}), "/var/lib/portolan");
  assert.throws(() => dataDirFrom(parse(["--data-dir", "x"], clusterFlags), {}), { code: "SettingInvalid" });
});

test("-o takes json alone", () => {
  assert.equal(wantsJson(parse(["-o", "json"], clusterFlags)), true);
  assert.equal(wantsJson(parse([], clusterFlags)), false);
  assert.throws(() => wantsJson(parse(["-o", "yaml"], clusterFlags)), { code: "Usage" });
});
