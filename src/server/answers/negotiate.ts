import { protobufMediaType } from "#machinery/envelope.ts";
import { jsonType } from "../exchange.ts";
import { limits } from "../limits.ts";

/** What objects look like in an answer, as the request's `Accept` wants it. */
export type ObjectFormat =
  | { readonly kind: Encoding }
  | { readonly kind: "table"; readonly version: MetaVersion; readonly encoding: TextEncoding }
  /** Only the metadata of an object, or of each object of a list. */
  | {
      readonly kind: "metadata";
      readonly version: MetaVersion;
      readonly isList: boolean;
      readonly encoding: Encoding;
    };
export type Encoding = TextEncoding | "protobuf";
export type TextEncoding = "json" | "yaml";
export type MetaVersion = "v1" | "v1beta1";

export const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: jsonType,
  yaml: "application/yaml",
  protobuf: protobufMediaType,
};
const allEncodings: readonly Encoding[] = ["json", "yaml", "protobuf"];
/** YAML has no frames that events could stand in. */
export const watchEncodings: readonly Encoding[] = ["json", "protobuf"];

/** What `/api` and `/apis` look like: one group at a time, or all of them with what they hold. */
export type DiscoveryFormat = Json | AggregatedDiscovery;
export interface AggregatedDiscovery {
  readonly kind: "aggregated";
  readonly version: "v2" | "v2beta1";
}

interface Json {
  readonly kind: "json";
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/**
 * The best of what the client accepts that `offers` makes something of; undefined where there is none (406).
 * Source: RFC 9110 section 12.5.1; parameters `as`, `v`, `g` of the Kubernetes API concepts.
 */
function negotiate<F>(accept: string | undefined, offers: (range: MediaRange) => F | undefined): F | Json | undefined {
  if (accept === undefined || accept.trim() === "") return { kind: "json" };
  return mediaRanges(accept)
    .filter(({ weight }) => weight > 0)
    .map(offers)
    .find((format) => format !== undefined);
}

/** Answers that hold objects, in one of `encodings`. */
export function objectFormat(
  accept: string | undefined,
  encodings: readonly Encoding[] = allEncodings,
): ObjectFormat | undefined {
  return negotiate<ObjectFormat>(accept, ({ type, parameters }) => {
    const encoding = encodings.find((one) => (one === "json" ? isJson(type) : type === mediaTypes[one]));
    if (encoding === undefined) return undefined;
    const as = parameters.get("as");
    if (as === undefined) return { kind: encoding };
    const version = metaVersion(parameters);
    if (version === undefined) return undefined;
    switch (as) {
      case "Table": // there is no message for it
        return encoding === "protobuf" ? undefined : { kind: "table", version, encoding };
      case "PartialObjectMetadata":
      case "PartialObjectMetadataList":
        return { kind: "metadata", version, isList: as === "PartialObjectMetadataList", encoding };
      default:
        return undefined;
    }
  });
}

export const encodingOf = (format: ObjectFormat): Encoding => ("encoding" in format ? format.encoding : format.kind);

/** The media type of an answer that holds objects. */
export const mediaTypeOf = (format: ObjectFormat): string => mediaTypes[encodingOf(format)];

/** `/api` and `/apis`: a client that asks for v2beta1 alone must not get v2. */
export function discoveryFormat(accept: string | undefined): DiscoveryFormat | undefined {
  return negotiate<DiscoveryFormat>(accept, ({ type, parameters }) => {
    if (!isJson(type)) return undefined;
    if (!parameters.has("as")) return { kind: "json" };
    const version = parameters.get("v");
    const isDiscovery =
      parameters.get("g") === "apidiscovery.k8s.io" && parameters.get("as") === "APIGroupDiscoveryList";
    return isDiscovery && (version === "v2" || version === "v2beta1") ? { kind: "aggregated", version } : undefined;
  });
}

/** Documents that are JSON and nothing else. */
export const plainFormat = (accept: string | undefined): Json | undefined =>
  negotiate<Json>(accept, ({ type, parameters }) =>
    isJson(type) && !parameters.has("as") ? { kind: "json" } : undefined,
  );

/** The first of `types` that is accepted, in the client's order; undefined where none is. */
export function firstAccepted(accept: string | undefined, types: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === "") return types[0];
  for (const { type, weight } of mediaRanges(accept)) {
    if (weight === 0) continue;
    const match = types.find(
      (one) => type === one || type === "*/*" || (type.endsWith("/*") && one.startsWith(type.slice(0, -1))),
    );
    if (match !== undefined) return match;
  }
  return undefined;
}

const isJson = (type: string): boolean => type === "application/json" || type === "*/*" || type === "application/*";

function metaVersion(parameters: ReadonlyMap<string, string>): MetaVersion | undefined {
  if ((parameters.get("g") ?? "meta.k8s.io") !== "meta.k8s.io") return undefined;
  const version = parameters.get("v") ?? "v1";
  return version === "v1" || version === "v1beta1" ? version : undefined;
}

/** In the order of their weight `q`, what is named before what is left open, then as they stand. Source: goautoneg. */
function mediaRanges(accept: string): readonly MediaRange[] {
  const ranges = accept
    .slice(0, limits.accept)
    .split(",")
    .map((text) => {
      const [type = "", ...rest] = text.split(";").map((part) => part.trim());
      const parameters = new Map(rest.map((part) => parameter(part)));
      const weight = Number(parameters.get("q") ?? "1");
      return { type: type.toLowerCase(), parameters, weight: Number.isFinite(weight) ? weight : 1 };
    });
  return ranges.toSorted((a, b) => b.weight - a.weight || openness(a) - openness(b));
}

const openness = ({ type }: MediaRange): number => (type === "*/*" ? 2 : type.endsWith("/*") ? 1 : 0);

function parameter(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  return at < 0
    ? [text, ""]
    : [
        text.slice(0, at).trim(),
        text
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      ];
}
