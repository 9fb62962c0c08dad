import { presentObject } from "../answers/present.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { sentObject } from "../requests/sent.ts";
import { writeOptions } from "../requests/write-options.ts";
import { checkName, replaceObject } from "./replace.ts";

/** PUT of an object, or of its `status` or `finalize`. */
export async function update(call: Call): Promise<Answer> {
  const options = writeOptions(call, "UpdateOptions");
  const sent = await sentObject(call, options);
  checkName(call, sent);
  const saved = await replaceObject(call, options, () => sent);
  return presentObject(call, 200, saved.bytes);
}
