import { bodyTypes } from "#api/kinds.ts";
import type { KindCatalogue } from "#machinery/catalogue.ts";
import { openEnvelope, protobufMediaType } from "#machinery/envelope.ts";
import { isJsonObject, readJson } from "#machinery/json.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { Garbled } from "#machinery/protobuf/reader.ts";
import { decodeProtobuf } from "#machinery/protobuf.ts";
import type { AnyType } from "#machinery/schema.ts";
import { statusKind } from "../answers/encode.ts";

/** A body as an event of the audit log holds it: an object, of which little is known where it isn't read by anybody. */
export function loggedBody(catalogue: KindCatalogue, contentType: string, body: Uint8Array | string): unknown {
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType === protobufMediaType) return decoded(catalogue, Buffer.from(body));
  const text = typeof body === "string" ? body : Buffer.from(body).toString();
  return readJson(text) ?? { kind: "Unknown", contentType: mediaType, raw: text };
}

function decoded(catalogue: KindCatalogue, bytes: Uint8Array): unknown {
  try {
    const { apiVersion, kind, raw } = openEnvelope(bytes);
    const type = typeNamed(catalogue, apiVersion, kind);
    if (type === undefined) return { apiVersion, kind };
    return { apiVersion, kind, ...Object(decodeProtobuf(type, raw)) };
  } catch (fault) {
    if (!(fault instanceof Garbled)) throw fault;
    return { kind: "Unknown", contentType: protobufMediaType };
  }
}

/** Undefined for lists and tables, whose items would have to be told apart. */
function typeNamed(catalogue: KindCatalogue, apiVersion: string, kind: string): AnyType | undefined {
  const others = [...catalogue.reviews, ...bodyTypes, statusKind];
  return (
    catalogue.named(apiVersion, kind) ?? others.find((one) => apiVersionOf(one) === apiVersion && one.kind === kind)
  )?.type;
}

/** An object, or a list of objects, without what tells who has set which field. */
export function withoutManagedFields(body: unknown): unknown {
  if (!isJsonObject(body)) return body;
  const { metadata, items, ...rest } = body;
  return {
    ...rest,
    ...(metadata !== undefined && { metadata: bare(metadata) }),
    ...(items !== undefined && { items: Array.isArray(items) ? items.map(withoutManagedFields) : items }),
  };
}

function bare(metadata: unknown): unknown {
  if (!isJsonObject(metadata)) return metadata;
  const { managedFields: _, ...rest } = metadata;
  return rest;
}
