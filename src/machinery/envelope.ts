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
  begin(to, { apiVersion, kind });
  to.tag(2, 2);
  to.raw(raw);
  end(to);
  return to.result();
}

/** The same with a list in it, part by part: the bytes of its items are not copied. */
export function* sealedList(
  { apiVersion, kind, metadata }: Omit<Envelope, "raw"> & { readonly metadata: unknown },
  items: readonly Uint8Array[],
): Iterable<Uint8Array> {
  const own = encodeProtobuf(ListMeta, metadata);
  const heads = [lead(1, own.length), ...items.map(({ length }) => lead(2, length))];
  const bodies = [own, ...items];
  const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);
  const first = new Writer(128);
  begin(first, { apiVersion, kind });
  first.tag(2, 2);
  first.varint(sizeOf(heads) + sizeOf(bodies));
  yield first.result();
  for (const [i, head] of heads.entries()) {
    yield head;
    yield bodies[i] ?? head;
  }
  const last = new Writer(8);
  end(last);
  yield last.result();
}

/** What stands before a field of bytes. */
function lead(number: number, length: number): Uint8Array {
  const to = new Writer(8);
  to.tag(number, 2);
  to.varint(length);
  return to.result();
}

function begin(to: Writer, { apiVersion, kind }: Omit<Envelope, "raw">): void {
  to.bytes(magic);
  to.tag(1, 2);
  to.nested(() => {
    to.tag(1, 2);
    to.text(apiVersion);
    to.tag(2, 2);
    to.text(kind);
  });
}

/** The encoding and the type of what is in it: Go writes them empty. */
function end(to: Writer): void {
  to.tag(3, 2);
  to.text("");
  to.tag(4, 2);
  to.text("");
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
