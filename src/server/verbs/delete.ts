import { type Call, placeOf } from "../call.ts";
import { deletionOf } from "../delete-options.ts";
import { type Answer, jsonType } from "../exchange.ts";
import { removalBytes, removeObject } from "../removal.ts";

/** DELETE of one object: 200, also where it goes on waiting for something. */
export async function deleteOne(call: Call): Promise<Answer> {
  const deletion = await deletionOf(call);
  const removal = await removeObject(call, placeOf(call), deletion);
  return { kind: "whole", status: 200, headers: { "content-type": jsonType }, body: removalBytes(call.kind, removal) };
}
