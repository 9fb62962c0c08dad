import { Status as StatusType } from "#api/meta/status.ts";
import { sealEnvelope } from "#machinery/envelope.ts";
import { apiVersionOf, type NamedType } from "#machinery/kind.ts";
import { encodeProtobuf } from "#machinery/protobuf.ts";
import type { Status } from "#machinery/status.ts";
import { yamlText } from "#machinery/yaml-text.ts";
import type { Headers, WholeAnswer } from "../exchange.ts";
import { type Encoding, encodingOf, mediaTypes, objectFormat, type TextEncoding } from "./negotiate.ts";

export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export const textBytes = (value: unknown, encoding: TextEncoding): Uint8Array =>
  encoding === "json" ? jsonBytes(value) : Buffer.from(yamlText(value));

/** A value of a declared type, without what names it, as an answer holds it. */
export function valueBytes(named: NamedType, value: object, encoding: Encoding): Uint8Array {
  const { kind, type } = named;
  const apiVersion = apiVersionOf(named);
  return encoding === "protobuf"
    ? sealEnvelope({ apiVersion, kind, raw: encodeProtobuf(type, value) })
    : textBytes({ kind, apiVersion, ...value }, encoding);
}

export const statusKind: NamedType = { group: "", version: "v1", kind: "Status", type: StatusType };

export const statusBytes = (status: Status, encoding: Encoding): Uint8Array =>
  encoding === "protobuf" ? valueBytes(statusKind, status, encoding) : textBytes(status, encoding);

/** An answer that is a Status; in JSON where what the client accepts is nothing that can be had. */
export function statusAnswer(status: Status, accept: string | undefined, headers: Headers = {}): WholeAnswer {
  const format = objectFormat(accept);
  const encoding = format === undefined ? "json" : encodingOf(format);
  return {
    kind: "whole",
    status: status.code,
    headers: { "content-type": mediaTypes[encoding], ...headers },
    body: statusBytes(status, encoding),
  };
}
