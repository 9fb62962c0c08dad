/** The OpenAPI documents; imported only when somebody asks for one, and kept from then on. */
import { createHash } from "node:crypto";
import { docs } from "#api/docs.ts";
import { bodyTypes } from "#api/kinds.ts";
import type { KindCatalogue } from "#machinery/catalogue.ts";
import { encodeGnostic, gnosticMediaType } from "#machinery/openapi/gnostic.ts";
import { openApiV2 } from "#machinery/openapi/v2.ts";
import { openApiV3, openApiV3Index, openApiV3Paths, type Surface } from "#machinery/openapi/v3.ts";
import { notAcceptable } from "#machinery/status.ts";
import { jsonType, type WholeAnswer } from "./exchange.ts";
import { firstAccepted } from "./negotiate.ts";

// Clients ask by a name that their own reader of media types refuses in an answer, since an "@" may not stand there.
const gnosticAnswerType = gnosticMediaType.replace("@", ".");

/** What is described: the kinds that there are now, and the Kubernetes version that the server reports. */
export interface Described {
  readonly catalogue: KindCatalogue;
  readonly version: string;
}

// By the kinds, which are others when something is added to them.
const made = new WeakMap<KindCatalogue["served"], Map<string, Uint8Array>>();
function once({ catalogue, version }: Described, name: string, make: () => Uint8Array | string): Uint8Array {
  const documents = made.get(catalogue.served) ?? new Map<string, Uint8Array>();
  made.set(catalogue.served, documents);
  const known = documents.get(`${name} ${version}`);
  if (known !== undefined) return known;
  const document = Buffer.from(make());
  documents.set(`${name} ${version}`, document);
  return document;
}

/** `/openapi/v2`: JSON, or the protobuf form that kubectl reads. Throws a 406. */
export function v2Answer(accept: string | undefined, described: Described): WholeAnswer {
  const mediaType = firstAccepted(accept, [jsonType, gnosticMediaType, gnosticAnswerType]);
  if (mediaType === undefined) throw notAcceptable([jsonType, gnosticMediaType]);
  const isJson = mediaType === jsonType;
  const body = isJson
    ? once(described, `v2`, () => JSON.stringify(openApiV2(surface(described))))
    : once(described, `v2 protobuf`, () => encodeGnostic(openApiV2(surface(described))));
  return {
    kind: "whole",
    status: 200,
    headers: { "content-type": isJson ? jsonType : gnosticAnswerType, vary: "Accept" },
    body,
  };
}

/** `/openapi/v3` (an empty `path`) and what is below it; undefined where there is nothing. */
export function v3Answer(path: string, described: Described): WholeAnswer | undefined {
  const headers = { "content-type": jsonType };
  if (path === "") {
    const hashOf = (one: string) =>
      createHash("sha256")
        .update(document(one, described) ?? "")
        .digest("hex")
        .toUpperCase();
    const body = once(described, `v3`, () => JSON.stringify(openApiV3Index(surface(described), hashOf)));
    return { kind: "whole", status: 200, headers, body };
  }
  const body = document(path, described);
  return body === undefined ? undefined : { kind: "whole", status: 200, headers, body };
}

function document(path: string, described: Described): Uint8Array | undefined {
  const own = openApiV3Paths(surface(described)).get(path);
  return own && once(described, `v3/${path}`, () => JSON.stringify(openApiV3(surface(described), own)));
}

const surface = ({ catalogue, version }: Described): Surface => ({
  kinds: catalogue.served,
  types: bodyTypes,
  docs,
  version,
});
