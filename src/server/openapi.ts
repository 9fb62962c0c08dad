/** The OpenAPI documents; imported only when somebody asks for one, and kept from then on. */
import { createHash } from "node:crypto";
import { docs } from "#api/docs.ts";
import { bodyTypes, kinds } from "#api/kinds.ts";
import { encodeGnostic, gnosticMediaType } from "#machinery/openapi/gnostic.ts";
import { openApiV2 } from "#machinery/openapi/v2.ts";
import { openApiV3, openApiV3Index, openApiV3Paths, type Surface } from "#machinery/openapi/v3.ts";
import { notAcceptable } from "#machinery/status.ts";
import { jsonType, type WholeAnswer } from "./exchange.ts";
import { firstAccepted } from "./negotiate.ts";

// Clients ask by a name that their own reader of media types refuses in an answer, since an "@" may not stand there.
const gnosticAnswerType = gnosticMediaType.replace("@", ".");

const made = new Map<string, Uint8Array>();
function once(name: string, make: () => Uint8Array | string): Uint8Array {
  const known = made.get(name);
  if (known !== undefined) return known;
  const document = Buffer.from(make());
  made.set(name, document);
  return document;
}

/** `/openapi/v2`: JSON, or the protobuf form that kubectl reads. Throws a 406. */
export function v2Answer(accept: string | undefined, version: string): WholeAnswer {
  const mediaType = firstAccepted(accept, [jsonType, gnosticMediaType, gnosticAnswerType]);
  if (mediaType === undefined) throw notAcceptable([jsonType, gnosticMediaType]);
  const isJson = mediaType === jsonType;
  const body = isJson
    ? once(`v2 ${version}`, () => JSON.stringify(openApiV2(surface(version))))
    : once(`v2 protobuf ${version}`, () => encodeGnostic(openApiV2(surface(version))));
  return {
    kind: "whole",
    status: 200,
    headers: { "content-type": isJson ? jsonType : gnosticAnswerType, vary: "Accept" },
    body,
  };
}

/** `/openapi/v3` (an empty `path`) and what is below it; undefined where there is nothing. */
export function v3Answer(path: string, version: string): WholeAnswer | undefined {
  const headers = { "content-type": jsonType };
  if (path === "") {
    const hashOf = (one: string) =>
      createHash("sha256")
        .update(document(one, version) ?? "")
        .digest("hex")
        .toUpperCase();
    const body = once(`v3 ${version}`, () => JSON.stringify(openApiV3Index(surface(version), hashOf)));
    return { kind: "whole", status: 200, headers, body };
  }
  const body = document(path, version);
  return body === undefined ? undefined : { kind: "whole", status: 200, headers, body };
}

function document(path: string, version: string): Uint8Array | undefined {
  const own = openApiV3Paths(surface(version)).get(path);
  return own && once(`v3/${path} ${version}`, () => JSON.stringify(openApiV3(surface(version), own)));
}

const surface = (version: string): Surface => ({ kinds, types: bodyTypes, docs, version });
