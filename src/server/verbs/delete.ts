import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { deletionOf } from "../requests/delete-options.ts";
import { removalAnswer, removeObject } from "./removal.ts";

/** DELETE of one object: 200, also where it goes on waiting for something, unless the client asked for that in the old way. */
export async function deleteOne(call: Call): Promise<Answer> {
  const deletion = await deletionOf(call);
  const removal = await removeObject(call, placeOf(call), deletion);
  const answer = removalAnswer(call, removal);
  return removal.kind === "waiting" && deletion.isCascading ? { ...answer, status: 202 } : answer;
}
