import { ListMeta } from "./list-meta.ts";
import { Garbled } from "./protobuf/reader.ts";
import { Writer } from "./protobuf/writer.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";
import { bytes, object, optional, string } from "./schema.ts";

/**
 * Protobuf bodies and answers of Kubernetes: four bytes `k8s\0`, then a message that names the kind and holds the object's own bytes.
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
export function sealEnvelope({ apiVersion, kind, raw }: Envelope): Uint8Array {
  const to = new Writer(raw.length + 128);
  to.bytes(magic);
  to.tag(1, 2);
  to.nested(() => {
    to.tag(1, 2);
    to.text(apiVersion);
    to.tag(2, 2);
    to.text(kind);
  });
  to.tag(2, 2);
  to.raw(raw);
  to.tag(3, 2); // the encoding and the type of what is in it: Go writes them empty
  to.text("");
  to.tag(4, 2);
  to.text("");
  return to.result();
}

/** The message of a list, of the bytes of what stands in it. */
export function encodeList(metadata: unknown, items: readonly Uint8Array[]): Uint8Array {
  const to = new Writer(items.reduce((sum, { length }) => sum + length + 8, 128));
  to.tag(1, 2);
  to.raw(encodeProtobuf(ListMeta, metadata));
  for (const item of items) {
    to.tag(2, 2);
    to.raw(item);
  }
  return to.result();
}

/**
 * One event of a watch: its length in four bytes, then a message that holds an object in its envelope.
 * Source: LengthDelimitedFramer of k8s.io/apimachinery; meta/v1 WatchEvent, which has no envelope itself.
 */
export function watchFrame(type: string, object: Uint8Array): Uint8Array {
  const to = new Writer(object.length + 64);
  to.bytes([0, 0, 0, 0]);
  to.tag(1, 2);
  to.text(type);
  to.tag(2, 2);
  to.nested(() => {
    to.tag(1, 2);
    to.raw(object);
  });
  const frame = to.result();
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  return frame;
}
