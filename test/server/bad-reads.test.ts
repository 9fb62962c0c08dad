import { configMaps, type Row, services, testRefusals } from "./refusals.ts";

const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString("base64url");
const ofServices = { v: "meta.k8s.io/v1", rv: 1, of: "/registry/core/services/default/", start: "web" };
const watched = `${services}?watch=1`;
const match = "resourceVersionMatch";
const notValid = "invalid continue token: continue key is not valid";

/** A query, and what is wrong with it; 400 where it is read, 422 where its words don't go together. */
const unreadable: readonly (readonly [name: string, path: string, message: string | RegExp])[] = [
  [
    "a field that can't be selected by",
    `${services}?fieldSelector=spec.nosuch%3Dx`,
    "field label not supported: spec.nosuch",
  ],
  [
    "a field of a kind that has none to select by",
    `${configMaps}?fieldSelector=data.x%3Dx`,
    '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [
    "a watch of one name that selects another",
    "/api/v1/watch/namespaces/default/configmaps/cm?fieldSelector=metadata.name%3Dother",
    "fieldSelector metadata.name doesn't match requested name",
  ],
  ["a limit that is no number", `${services}?limit=many`, 'strconv.ParseInt: parsing "many": invalid syntax'],
  ["a limit of nothing", `${services}?limit=`, 'strconv.ParseInt: parsing "": invalid syntax'],
  [
    "a limit beyond all numbers",
    `${services}?limit=9223372036854775808`,
    'strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ],
  ["a time that is no number", `${watched}&timeoutSeconds=1h`, 'strconv.ParseInt: parsing "1h": invalid syntax'],
  ["a time of a list that is none", `${services}?timeoutSeconds=x`, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ...["abc", "-1", "1.5", "0x10"].map(
    (version) =>
      [
        `resourceVersion ${version}`,
        `${services}?resourceVersion=${version}`,
        `invalid resource version: resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`,
      ] as const,
  ),
  [
    "a resourceVersion beyond all numbers",
    `${watched}&resourceVersion=18446744073709551616`,
    /strconv\.ParseUint: parsing "18446744073709551616": value out of range/,
  ],
  ["a watch from a resourceVersion that is none", `${watched}&resourceVersion=x`, /^invalid resource version: /],
  ["a continue token that is none", `${services}?limit=1&continue=xyz`, notValid],
  [
    "a continue token of another make",
    `${services}?continue=${token({ ...ofServices, v: "v2" })}`,
    `${notValid}: server does not recognize this encoded version v2`,
  ],
  [
    "a continue token without a revision",
    `${services}?continue=${token({ ...ofServices, rv: 0 })}`,
    `${notValid}: incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
  ],
  [
    "a continue token without a key",
    `${services}?continue=${token({ ...ofServices, start: "" })}`,
    `${notValid}: encoded start key empty (version meta.k8s.io/v1)`,
  ],
  [
    "a continue token that leads elsewhere",
    `${services}?continue=${token({ ...ofServices, of: "/registry/core/secrets/default/" })}`,
    `${notValid}: it was not given for this list`,
  ],
  [
    "a continue token of the future",
    `${services}?continue=${token({ ...ofServices, rv: 1_000_000 })}`,
    `${notValid}: revision 1000000 has not been reached`,
  ],
  [
    "a continue token beside a resourceVersion",
    `${services}?continue=${token(ofServices)}&resourceVersion=1`,
    "specifying resource version is not allowed when using continue",
  ],
];

const contradictory: readonly (readonly [name: string, path: string, message: string])[] = [
  [
    "a match without a resourceVersion",
    `${services}?${match}=Exact`,
    `${match}: Forbidden: ${match} is forbidden unless resourceVersion is provided`,
  ],
  [
    "the same where only age matters, for a page",
    `${services}?${match}=NotOlderThan&limit=1`,
    `${match}: Forbidden: ${match} is forbidden unless resourceVersion is provided`,
  ],
  [
    "exactly any version",
    `${services}?${match}=Exact&resourceVersion=0`,
    `${match}: Forbidden: ${match} "exact" is forbidden for resourceVersion "0"`,
  ],
  [
    "a match beside a continue token",
    `${services}?${match}=Exact&resourceVersion=1&continue=${token(ofServices)}`,
    `${match}: Forbidden: ${match} is forbidden when continue is provided`,
  ],
  [
    "an unknown match",
    `${services}?${match}=Near&resourceVersion=1`,
    `${match}: Unsupported value: "Near": supported values: "Exact", "NotOlderThan", ""`,
  ],
  [
    "initial events of a list",
    `${services}?sendInitialEvents=true`,
    "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list",
  ],
  [
    "initial events of any age",
    `${watched}&sendInitialEvents=true`,
    `${match}: Forbidden: sendInitialEvents requires setting ${match} to NotOlderThan`,
  ],
  [
    "initial events of one age",
    `${watched}&sendInitialEvents=true&${match}=Exact&resourceVersion=1`,
    `[${match}: Forbidden: sendInitialEvents requires setting ${match} to NotOlderThan, ${match}: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
  ],
  [
    "a match of a watch that says nothing of initial events",
    `${watched}&${match}=NotOlderThan&resourceVersion=1`,
    `${match}: Forbidden: ${match} is forbidden for watch unless sendInitialEvents is provided`,
  ],
];

const rows: readonly Row[] = [
  ...unreadable.map(([name, path, message]): Row => [name, `GET ${path}`, {}, 400, "BadRequest", message]),
  ...contradictory.map(
    ([name, path, message]): Row => [
      name,
      `GET ${path}`,
      {},
      422,
      "Invalid",
      `ListOptions.meta.k8s.io "" is invalid: ${message}`,
    ],
  ),
  ...["", `&${match}=Exact`, `&${match}=NotOlderThan`, "&limit=1"].map(
    (more): Row => [
      `a resourceVersion of the future${more}`,
      `GET ${services}?resourceVersion=1000000${more}`,
      {},
      504,
      "Timeout",
      /^Timeout: Too large resource version: 1000000, current: \d+$/,
    ],
  ),
];

testRefusals(rows);
