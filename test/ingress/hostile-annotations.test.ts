import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fullCanary, fullIngress } from "#core/routes/annotations/specimens.ts";
import { annotationsByName } from "#core/routes/annotations/table.ts";
import { wholeFiles } from "#core/routes/haproxy/files.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { readScenario } from "./scenario.ts";
import { tableOf } from "./scenario-table.ts";
import { worldOf } from "./scenario-world.ts";

const prefix = "nginx.ingress.kubernetes.io/";
const names = [...annotationsByName.keys()];

/** What means something to HAProxy, nginx, a shell or a header. */
const signs = [
  ...[`"`, `'`, ";", "{", "}", "#", "\\", "$", " ", "  ", "%", "`", "|", ")", "&", "<", "\\n"],
  ...["%[env(HOME)]", "%{+Q}ci", `$${"{HOME}"}`, "$HOME", "' ; http-request deny '", '" # ', "%[src]", "$1$9"],
];
/** What no setting may hold: all of them stand in `hostile.test.ts`. */
const controls = [
  "\0",
  "\t",
  "\x1b",
  "\x7f",
  "\x85",
  "é",
  "\n    http-request deny\n",
  "\r\nbackend evil\r\n",
  "\ud800",
];

interface Wanted {
  readonly name: string;
  readonly text: string | undefined;
}

/** Who is served by another engine, or sent elsewhere: those stand alone, so that the others come into the configuration. */
const detours = /^(auth-|custom-http-errors|temporal-|permanent-|service-upstream|ssl-passthrough)/;

function around(name: string): Readonly<Record<string, string>> {
  if (name.startsWith("canary")) return fullCanary;
  const family = /^(auth-|custom-http-errors|temporal-|permanent-)/.exec(name)?.[0];
  return Object.fromEntries(
    Object.entries(fullIngress).filter(
      ([other]) => !detours.test(other) || (family !== undefined && other.startsWith(family)),
    ),
  );
}

/** `text` in place of what `name` has among annotations that are all good; undefined: none at all. */
function ingressOf({ name, text }: Wanted, index: number) {
  const { [name]: _, ...others } = around(name);
  const said = { ...others, ...(text === undefined ? {} : { [name]: text }) };
  const annotations = Object.fromEntries(Object.entries(said).map(([one, value]) => [prefix + one, value]));
  const backend = { service: { name: "web", port: { number: 80 } } };
  const paths = [{ path: "/(.*)", pathType: "ImplementationSpecific", backend }];
  const alias = name === "server-alias" ? {} : { [`${prefix}server-alias`]: `alias${index}.example` };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: `i${index}`, annotations: { ...annotations, ...alias } },
    spec: { rules: [{ host: `h${index}.example`, http: { paths } }] },
  };
}

const objects = [
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "users" },
    stringData: { auth: "ann:{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=" },
  },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "headers" }, data: { "X-A": `%[src] "';{}#\\$HOME` } },
];

async function filesOf(wanted: readonly Wanted[], folder: string): Promise<ReadonlyMap<string, string>> {
  const ingresses = wanted.map(ingressOf);
  const text = JSON.stringify({
    about: "hostile annotations",
    services: { web: 1, sorry: 1 },
    certificates: { own: ["self-signed.example"] },
    objects: [...objects, ...ingresses],
    requests: [],
  });
  const world = await worldOf(readScenario("hostile", text));
  const { table } = tableOf(world, { http: 8080, https: 8443 });
  const own = world.certificates.get("own");
  const places = { folder, runtimeSocket: `${folder}/runtime.sock`, threads: 1, detours: new Map() };
  const files = wholeFiles(planHaproxy(table, { ...places, addresses: ["127.0.0.1"], accessLog: "stdout" }));
  return new Map([...files, ["self-signed.pem", `${own?.certificate}${own?.key}`]]);
}

/** What the lines of a configuration begin with. */
const keywordsOf = (config: string): ReadonlySet<string> =>
  new Set(config.split("\n").map((line) => /^ *[^ ]*/.exec(line)?.[0] ?? ""));

const goodOf = (name: string): string => ({ ...fullIngress, ...fullCanary })[name] ?? "10";

test("no annotation brings a line into HAProxy's configuration, whatever it says", withHaproxy, async () => {
  const folder = mkdtempSync(`${tmpdir()}/portolan-hostile-`);
  try {
    const harmless = names.flatMap((name) => [undefined, goodOf(name)].map((text) => ({ name, text })));
    const known = keywordsOf((await filesOf(harmless, folder)).get("haproxy.cfg") ?? "");
    const hostile = names.flatMap((name) => {
      const good = goodOf(name);
      const inside = [...signs, ...controls].map((sign) => good.slice(0, 2) + sign + good.slice(2));
      return [...inside, ...signs.map((sign) => good + sign)].map((text) => ({ name, text }));
    });
    const files = await filesOf(hostile, folder);
    const strange = [...keywordsOf(files.get("haproxy.cfg") ?? "")].filter((keyword) => !known.has(keyword));
    assert.deepEqual(strange, []);
    for (const [name, text] of files) {
      assert.ok(!/[\p{Cc}\u2028\u2029]/u.test(text.replaceAll("\n", "")), name);
      writeFileSync(`${folder}/${name}`, text);
    }
    const { status, stderr } = spawnSync("/usr/sbin/haproxy", ["-c", "-f", "haproxy.cfg"], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr.slice(0, 2000));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
