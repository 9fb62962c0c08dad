import type { NamedType } from "#machinery/kind.ts";
import { badRequest } from "#machinery/status.ts";
import type { ListMeta } from "#machinery/table.ts";
import { type Call, turnOf } from "../call.ts";
import type { Answer, WholeAnswer } from "../exchange.ts";
import { listKind } from "../objects.ts";
import { valueBytes } from "./encode.ts";
import type { Presentation } from "./form.ts";
import { formOf } from "./form-of.ts";
import { encodingOf, mediaTypeOf } from "./negotiate.ts";
import { inPieces } from "./turns.ts";

/** Throws a 400. */
export function presentationOf({ spoken, format, query, env }: Call): Presentation {
  const asked = query.get("includeObject") ?? "";
  const includeObject = asked === "" ? "Metadata" : asked;
  if (includeObject !== "None" && includeObject !== "Metadata" && includeObject !== "Object")
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(asked)}`);
  return { spoken, format, includeObject, now: env.now };
}

/** One object, given as it is stored. */
export const presentObject = (call: Call, status: number, bytes: Uint8Array): WholeAnswer => ({
  kind: "whole",
  status,
  headers: { "content-type": mediaTypeOf(call.format) },
  body: formOf(presentationOf(call)).object(bytes),
});

/** Below this, in bytes as they are stored, a list is made at once. */
const wholeBelowBytes = 512 << 10;

/** A list of objects, given as they are stored. A long one is made while it is sent: others get their turn between its pieces. */
export function presentList(call: Call, all: readonly Uint8Array[], metadata: ListMeta): Answer {
  const head = { status: 200, headers: { "content-type": mediaTypeOf(call.format) } };
  const parts = formOf(presentationOf(call)).list(all, { metadata, ...listKind(call.spoken) });
  return all.reduce((sum, { length }) => sum + length, 0) < wholeBelowBytes
    ? { kind: "whole", ...head, body: Buffer.concat([...parts]) }
    : { kind: "pieces", ...head, pieces: () => inPieces(parts, turnOf(call)) };
}

/** What a subresource speaks, as the request wants it. */
export const presentValue = (call: Pick<Call, "format">, named: NamedType, value: object): WholeAnswer => ({
  kind: "whole",
  status: 200,
  headers: { "content-type": mediaTypeOf(call.format) },
  body: valueBytes(named, value, encodingOf(call.format)),
});
