import { configMaps, type Row, testRows, typed } from "./over-tls.ts";

const named = (name: string): Row[3] => ({ body: { metadata: { name } } });
const withLabels = (labels: string): Row[3] => ({ body: `{"metadata":{"name":"x","labels":${labels}}}` });

const rows: readonly Row[] = [
  [
    55,
    "names of JavaScript as labels and entries",
    `POST ${configMaps}?dryRun=All`,
    {
      body: '{"metadata":{"name":"x","labels":{"constructor":"a","toString":"b"}},"data":{"__proto__":"c","hasOwnProperty":"d"}}',
    },
    201,
    /"__proto__":"c"/,
  ],
  [
    55,
    "a label __proto__",
    `POST ${configMaps}?dryRun=All`,
    withLabels('{"__proto__":"a"}'),
    422,
    /metadata\.labels: Invalid value: "__proto__"/,
  ],
  [
    55,
    "an object in the place of __proto__",
    `POST ${configMaps}?dryRun=All`,
    { body: '{"metadata":{"name":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}' },
    201,
    /"name":"x"/,
  ],
  [
    55,
    "a merge patch of __proto__",
    `PATCH ${configMaps}/cm`,
    typed("merge-patch+json", '{"data":{"__proto__":"c"},"__proto__":{"polluted":true}}'),
    200,
    /"__proto__":"c"/,
  ],
  [
    55,
    "a JSON patch of __proto__",
    `PATCH ${configMaps}/cm`,
    typed("json-patch+json", [{ op: "add", path: "/__proto__/polluted", value: true }]),
    422,
    /can't be patched|error in our request/,
  ],
  [
    55,
    "a path of JavaScript's names",
    "GET /api/v1/namespaces/constructor/__proto__",
    {},
    404,
    /could not find the requested resource/,
  ],
  [56, "a path with ..", "GET /api/v1/namespaces/../secrets", {}, 400, /segment/],
  [56, "a path with %2f", `GET /api/v1/namespaces/default%2f..%2fkube-system/secrets`, {}, 400, /can't be read/],
  [56, "a path with %2e%2e", "GET /api/v1/namespaces/default/configmaps/%2e%2e", {}, 400, /segment|can't be read/],
  [56, "a path with NUL", `GET ${configMaps}/%00`, {}, 400, /can't be read|segment/],
  [56, "a path that isn't UTF-8", `GET ${configMaps}/%ff`, {}, 400, /can't be read/],
  [56, "a name with a slash", `POST ${configMaps}`, named("../x"), 422, /metadata\.name: Invalid value: "\.\.\/x"/],
  [56, "a name in capitals", `POST ${configMaps}`, named("Web"), 422, /metadata\.name: Invalid value: "Web"/],
  [
    56,
    "a name with NUL",
    `POST ${configMaps}`,
    named("a\u0000b"),
    422,
    /metadata\.name: Invalid value: "a\\(x00|u0000)b"/,
  ],
  [
    56,
    "a name of letters that look like others",
    `POST ${configMaps}`,
    named("аdmin"),
    422,
    /metadata\.name: Invalid value: "аdmin"/,
  ],
  [56, "a name of 254 bytes", `POST ${configMaps}`, named("x".repeat(254)), 422, /must be no more than 253/],
  [
    56,
    "another namespace than the path's",
    `POST ${configMaps}`,
    { body: { metadata: { name: "x", namespace: "kube-system" } } },
    400,
    /^the namespace of the provided object does not match the namespace sent on the request$/,
  ],
  [
    56,
    "a namespace of the object in a path",
    "POST /api/v1/namespaces/..%2f../configmaps",
    named("x"),
    400,
    /can't be read/,
  ],
];
testRows(rows);
