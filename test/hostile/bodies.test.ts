import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { configMaps, type Row, services, testRows, typed, yaml } from "./over-tls.ts";

const applied = `PATCH ${configMaps}/applied?fieldManager=t`;
const made = `POST ${configMaps}?dryRun=All`;
const nine = (what: string): string => Array(9).fill(what).join(",");
const laughs = [..."bcdefghi"].map((name, i) => `${name}: &${name} [${nine(`*${"abcdefghi"[i]}`)}]`).join("\n");
const bomb = `a: &a [${nine("x")}]\n${laughs}\n`;
const wide = Array.from({ length: 2000 }, (_, i) => `k${i}: x`).join(", ");
const levels = 10_000;
const inMap = (inside: string): string => `metadata: {name: x}\ndata:\n${inside}`;
const one = (rest: object): object => ({ metadata: { name: "x" }, ...rest });
const jsonPatch = (operations: unknown): Row[3] => typed("json-patch+json", operations);
const keys = Array.from({ length: 20_000 }, (_, i) => [`key-${"x".repeat(60)}-${i}`, ""]);
const twice = '{"metadata":{"name":"x"},"data":{"a":"1","a":"2"},"dat":{}}';

const rows: readonly Row[] = [
  [49, "aliases of aliases of aliases", made, yaml(bomb), 400, /yaml: document contains excessive aliasing$/],
  [49, "the same to be applied", applied, typed("apply-patch+yaml", bomb), 400, /excessive aliasing$/],
  [
    49,
    "an anchor within itself",
    made,
    yaml("metadata: {name: x}\ndata: &a {b: *a}\n"),
    400,
    /anchor 'a' value contains itself/,
  ],
  [50, "YAML of 10,000 levels", made, yaml("[".repeat(levels)), 400, /yaml: exceeded max depth of 1000/],
  [50, "JSON of 10,000 levels", made, { body: "[".repeat(levels) }, 400, /nested more than 1000 levels/],
  [
    50,
    "a mapping that is merged without end",
    made,
    yaml(`a: &a {${wide}}\nb:\n${"- {<<: *a}\n".repeat(9000)}`),
    400,
    /excessive aliasing/,
  ],
  [
    50,
    "merge keys",
    made,
    yaml("metadata: {name: x}\nz: &z {p: a, q: b}\ndata: {<<: *z, q: c}\n"),
    201,
    /"data":\{"p":"a","q":"c"\}/,
  ],
  [
    50,
    "tags of programming languages",
    made,
    yaml(inMap("  a: !!js/function 'function(){}'\n  b: !!python/object:os.system x\n")),
    201,
    /"a":"function\(\)\{\}"/,
  ],
  [50, "a number of 100,000 digits in YAML", made, yaml(inMap(`  a: ${"9".repeat(100_000)}\n`)), 201, /"a":"9{50}/],
  [
    50,
    "a number beyond all numbers in JSON",
    `POST ${services}?dryRun=All`,
    { body: '{"metadata":{"name":"x"},"spec":{"ports":[{"port":1e400}]}}' },
    400,
    /cannot unmarshal number/,
  ],
  [
    50,
    "words that are truth values in YAML 1.1",
    made,
    yaml(inMap("  a: yes\n")),
    400,
    /cannot unmarshal bool into Go struct field ConfigMap\.data of type string/,
  ],
  [
    50,
    "numbers that are octal in YAML 1.1",
    `POST ${services}?dryRun=All`,
    yaml("metadata: {name: x}\nspec: {ports: [{port: 0120}]}\n"),
    201,
    /"port":80,/,
  ],
  [50, "a list without an end", made, yaml("a: [b\n"), 400, /error converting YAML to JSON: yaml: line \d+: /],
  [
    51,
    "10,001 operations",
    `PATCH ${configMaps}/cm`,
    jsonPatch(Array(10_001).fill({ op: "test", path: "/data/a", value: "b" })),
    413,
    /^The allowed maximum operations in a JSON patch is 10000, got 10001$/,
  ],
  [
    51,
    "10,000 operations",
    `PATCH ${configMaps}/cm`,
    jsonPatch(Array(10_000).fill({ op: "test", path: "/data/a", value: "b" })),
    200,
    /"a":"b"/,
  ],
  [
    51,
    "copies of copies",
    `PATCH ${configMaps}/cm`,
    jsonPatch([
      { op: "add", path: "/data", value: { a: "x".repeat(1000) } },
      ...Array.from({ length: 30 }, (_, i) => ({ op: "copy", from: "/data", path: `/data/${i}` })),
    ]),
    413,
    /copies may not make an object larger/,
  ],
  [
    52,
    "more than 3 MiB",
    made,
    { body: Buffer.alloc((3 << 20) + 1, " ") },
    413,
    /^Request entity too large: limit is 3145728$/,
  ],
  [
    52,
    "4 GiB in 4 MiB of gzip, so to say",
    made,
    { body: gzipSync(Buffer.alloc(64 << 20)), headers: { "content-encoding": "gzip" } },
    413,
    /limit is 3145728/,
  ],
  [52, "gzip that is none", made, { body: "{}", headers: { "content-encoding": "gzip" } }, 400, /no gzip/],
  [
    53,
    "annotations of more than 256 KiB",
    made,
    { body: { metadata: { name: "x", annotations: { a: "x".repeat(257 << 10) } } } },
    422,
    /metadata\.annotations: Too long: may not be more than 262144 bytes/,
  ],
  [
    53,
    "a ConfigMap of more than 1 MiB",
    made,
    { body: one({ data: { a: "x".repeat((1 << 20) + 1) } }) },
    422,
    /Too long: may not be more than 1048576 bytes/,
  ],
  [
    53,
    "a ConfigMap of more than 1 MiB, half of it bytes",
    made,
    { body: one({ data: { a: "x".repeat(600_000) }, binaryData: { b: Buffer.alloc(600_000).toString("base64") } }) },
    422,
    /may not be more than 1048576 bytes/,
  ],
  [
    53,
    "a Secret of more than 1 MiB",
    "POST /api/v1/namespaces/default/secrets?dryRun=All",
    { body: one({ data: { a: Buffer.alloc((1 << 20) + 1).toString("base64") } }) },
    422,
    /data: Too long: may not be more than 1048576 bytes/,
  ],
  [
    53,
    "an object that what the server adds makes too large",
    `POST ${configMaps}`,
    { body: one({ data: Object.fromEntries(keys) }) },
    413,
    /^the object is too large: \d+ bytes, at most 1572864 are stored$/,
  ],
  [
    54,
    "unknown and doubled fields, strictly",
    `${made}&fieldValidation=Strict`,
    { body: twice },
    400,
    /strict decoding error: unknown field "dat", duplicate field "data\.a"$/,
  ],
  [54, "the same, ignored", `${made}&fieldValidation=Ignore`, { body: twice }, 201, /"data":\{"a":"2"\}/],
  [
    54,
    "keys that stand twice in YAML, strictly",
    `${made}&fieldValidation=Strict`,
    yaml("metadata: {name: x}\ndata:\n  a: b\n  a: c\n"),
    400,
    /line 4: key "a" already set in map$/,
  ],
];
const { wire, server } = testRows(rows);

test("49, 50: others are answered while 3 MiB of YAML are read", async () => {
  const long = Array.from({ length: 250_000 }, (_, i) => `  k${i}: x`).join("\n");
  let isRead = false;
  const reading = wire()
    .send("POST", `${configMaps}?dryRun=All`, yaml(`metadata: {name: x}\nnone:\n${long}\n`))
    .then((told) => {
      isRead = true;
      return told;
    });
  for (let i = 0; i < 20; i++) await wire().send("GET", `${configMaps}/cm`);
  assert.equal(isRead, false, "twenty requests overtake it");
  assert.equal((await reading).status, 201);
});

test("52: a body without an end is refused, and its connection cut", async () => {
  const { port, authority, client } = server();
  const told = await new Promise<{ status: number | undefined; said: string }>((resolve, reject) => {
    const request = httpsRequest({
      host: "127.0.0.1",
      port,
      path: configMaps,
      method: "POST",
      headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
      agent: false,
    });
    const chunk = Buffer.alloc(64 << 10, " ");
    let hasAnswer = false;
    const more = (): void => {
      while (!hasAnswer && request.write(chunk));
      if (!hasAnswer) request.once("drain", more);
    };
    request.on("error", (fault) => (hasAnswer ? undefined : reject(fault)));
    request.on("response", async (answer) => {
      hasAnswer = true;
      resolve({ status: answer.statusCode, said: await text(answer) });
      request.destroy();
    });
    more();
  });
  assert.equal(told.status, 413);
  assert.match(told.said, /Request entity too large: limit is 3145728/);
});

test("54: unknown and doubled fields are warned about where nobody says how to take them", async () => {
  const told = await wire().send("POST", `${configMaps}?dryRun=All`, { body: twice });
  assert.equal(told.status, 201);
  assert.match(String(told.headers.warning), /299 - "unknown field \\"dat\\"".*299 - "duplicate field \\"data\.a\\""/);
});
