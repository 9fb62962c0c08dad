import { Garbled } from "./protobuf/reader.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";
import { type AnyType, bytes, object, optional, string } from "./schema.ts";

/**
 * Protobuf bodies of Kubernetes: four bytes `k8s\0`, then a message that names the kind and holds the object's own bytes.
 * Source: runtime.Unknown of k8s.io/apimachinery; sent by kubectl from 1.32 on.
 */
export const protobufMediaType = "application/vnd.kubernetes.protobuf";

const magic = [0x6b, 0x38, 0x73, 0x00];

class TypeMeta extends object("io.k8s.apimachinery.pkg.runtime.TypeMeta", {
  apiVersion: optional(1, string),
  kind: optional(2, string),
}) {}
class Unknown extends object("io.k8s.apimachinery.pkg.runtime.Unknown", {
  typeMeta: optional(1, TypeMeta),
  raw: optional(2, bytes),
  contentEncoding: optional(3, string),
  contentType: optional(4, string),
}) {}

/** What a body says that it holds, and the bytes of it. */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** Throws Garbled where it is none. */
export function openEnvelope(body: Uint8Array): Envelope {
  if (!magic.every((byte, i) => body[i] === byte)) throw new Garbled("protobuf: the body does not begin with k8s\\0");
  const { typeMeta, raw } = decodeProtobuf(Unknown, body.subarray(magic.length)) as Unknown;
  return {
    apiVersion: typeMeta?.apiVersion ?? "",
    kind: typeMeta?.kind ?? "",
    raw: Uint8Array.fromBase64(raw ?? ""),
  };
}

/** What `openEnvelope` opens. */
export function sealEnvelope(type: AnyType, { apiVersion, kind }: Omit<Envelope, "raw">, object: unknown): Uint8Array {
  const raw = encodeProtobuf(type, object).toBase64();
  return new Uint8Array([...magic, ...encodeProtobuf(Unknown, { typeMeta: { apiVersion, kind }, raw })]);
}
