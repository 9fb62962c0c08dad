/** The OpenAPI documents; imported only when somebody asks for one, and kept from then on. */
import { docs } from "#api/docs.ts";
import { bodyTypes } from "#api/kinds.ts";
import type { KindCatalogue } from "#machinery/catalogue.ts";
import { encodeGnostic, gnosticMediaType } from "#machinery/openapi/gnostic.ts";
import { openApiV2 } from "#machinery/openapi/v2.ts";
import { openApiV3, openApiV3Index, openApiV3Paths, type Surface, urlOfDocument } from "#machinery/openapi/v3.ts";
import { notAcceptable } from "#machinery/status.ts";
import { firstAccepted } from "../answers/negotiate.ts";
import { type Headers, jsonType, type ServerRequest, type WholeAnswer } from "../exchange.ts";
import { hashOf } from "./tagged.ts";

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

/** What is asked for below `/openapi`. */
export interface AskedDocument {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Undefined where there is nothing. Throws a 406. */
export function openApiAnswer(
  described: Described,
  { headers }: ServerRequest,
  asked: AskedDocument,
): WholeAnswer | undefined {
  const [which, ...path] = asked.path;
  if (which === "v2" && path.length === 0) return v2Answer(headers.accept, described);
  if (which !== "v3") return undefined;
  return path.length === 0 ? indexAnswer(described) : v3Answer(described, path.join("/"), asked);
}

/** JSON, or the protobuf form that kubectl reads. Throws a 406. */
function v2Answer(accept: string | undefined, described: Described): WholeAnswer {
  const mediaType = firstAccepted(accept, [jsonType, gnosticMediaType, gnosticAnswerType]);
  if (mediaType === undefined) throw notAcceptable([jsonType, gnosticMediaType]);
  return mediaType === jsonType
    ? documentAnswer(jsonType, v2Json(described))
    : documentAnswer(
        gnosticAnswerType,
        once(described, "v2 protobuf", () => encodeGnostic(openApiV2(surface(described)))),
      );
}
const v2Json = (described: Described): Uint8Array =>
  once(described, "v2", () => JSON.stringify(openApiV2(surface(described))));

const documentAnswer = (mediaType: string, body: Uint8Array, headers: Headers = {}): WholeAnswer => ({
  kind: "whole",
  status: 200,
  headers: { "content-type": mediaType, vary: "Accept", ...headers },
  body,
});

/** Which documents of version 3 there are, and under which URL each can be kept for ever. */
function indexAnswer(described: Described): WholeAnswer {
  const hash = (path: string): string => hashOf(document(path, described) ?? new Uint8Array());
  return documentAnswer(
    jsonType,
    once(described, "v3", () => JSON.stringify(openApiV3Index(surface(described), hash))),
  );
}

const yearMs = 365 * 24 * 3_600_000;

/** A document asked for by its hash never changes; by an old hash, it has moved. Source: HandleGroupVersion in kube-openapi. */
function v3Answer(described: Described, path: string, { query, now }: AskedDocument): WholeAnswer | undefined {
  const body = document(path, described);
  if (body === undefined) return undefined;
  const asked = query.get("hash") ?? "";
  if (asked === "") return documentAnswer(jsonType, body);
  const hash = hashOf(body);
  if (asked === hash) {
    const expires = new Date(now + yearMs).toUTCString();
    return documentAnswer(jsonType, body, { "cache-control": "public, immutable", expires });
  }
  return { kind: "whole", status: 301, headers: { location: urlOfDocument(path, hash), vary: "Accept" }, body: "" };
}

function document(path: string, described: Described): Uint8Array | undefined {
  const own = openApiV3Paths(surface(described)).get(path);
  return own && once(described, `v3/${path}`, () => JSON.stringify(openApiV3(surface(described), own)));
}

const surface = ({ catalogue, version }: Described): Surface => ({
  kinds: [...catalogue.served, ...catalogue.reviews],
  types: bodyTypes,
  docs,
  version,
});
