import { type Call, placeOf } from "../call.ts";
import { deletionOf } from "../delete-options.ts";
import type { Answer } from "../exchange.ts";
import { removalAnswer, removeObject } from "../removal.ts";

/** DELETE of one object: 200, also where it goes on waiting for something. */
export async function deleteOne(call: Call): Promise<Answer> {
  const deletion = await deletionOf(call);
  return removalAnswer(call, await removeObject(call, placeOf(call), deletion));
}
