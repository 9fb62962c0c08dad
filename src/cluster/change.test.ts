import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, editedSettings } from "./change.ts";
import { type Given, readSettings } from "./settings.ts";

const lines = (...pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, Given> =>
  new Map(pairs.map(([name, text]) => [name, { text, from: `config.yaml: ${name}` }]));
const none = lines();

const cases = [
  { name: "nothing", to: none, live: false, restart: false, refused: [] },
  {
    name: "node ports",
    to: lines(["service-node-port-range", "17000-32767"]),
    live: true,
    restart: false,
    refused: [],
  },
  {
    name: "the proxy's mode",
    to: lines(["proxy-mode", "iptables"]),
    live: true,
    restart: false,
    refused: [],
  },
  { name: "the port of the API", to: lines(["api-port", "7443"]), live: false, restart: true, refused: [] },
  { name: "the address to listen at", to: lines(["bind-address", "0.0.0.0"]), live: false, restart: true, refused: [] },
  { name: "labels", to: lines(["node-labels", "a=b"]), live: false, restart: true, refused: [] },
  {
    name: "pods' addresses",
    to: lines(["cluster-cidr", "10.60.0.0/16"]),
    live: false,
    restart: false,
    refused: ["cluster-cidr"],
  },
  {
    name: "the domain and the verbosity",
    to: lines(["cluster-domain", "k8s"], ["v", "4"]),
    live: false,
    restart: true,
    refused: ["cluster-domain"],
  },
] as const;

for (const { name, to, live, restart, refused } of cases) {
  test(`an edit of ${name}`, () => {
    const now = readSettings(none);
    const change = changeOf(now, readSettings(to));
    assert.deepEqual(
      { live: change.isLive, restart: change.needsRestart, refused: change.refused },
      { live, restart, refused },
    );
    for (const one of refused) assert.deepEqual(change.settings[one], now[one], "as before");
  });
}

test("a line that was edited wins over the flag that the cluster was started with, one that wasn't doesn't", () => {
  const flags = lines(["api-port", "7000"], ["v", "3"]);
  const before = lines(["api-port", "6000"], ["v", "1"]);
  const after = lines(["api-port", "6000"], ["v", "2"]);
  const settings = editedSettings(flags, before, after);
  assert.equal(settings["api-port"], 7000);
  assert.equal(settings.v, 2);
  assert.equal(
    editedSettings(flags, before, lines(["api-port", "6000"])).v,
    3,
    "a line that is gone leaves it to the flag",
  );
});
