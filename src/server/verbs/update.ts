import { badRequest } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { withMetadata } from "../object.ts";
import { presentObject } from "../present.ts";
import { replaceObject } from "../replace.ts";
import { sentObject } from "../sent.ts";
import { writeOptions } from "../write-options.ts";

/** PUT of an object, or of its `status` or `finalize`. */
export async function update(call: Call): Promise<Answer> {
  const options = writeOptions(call, "UpdateOptions");
  const sent = await sentObject(call, options);
  const name = sent.metadata.name ?? "";
  if (name !== call.path.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.path.name})`);
  const saved = await replaceObject(call, options, () => withMetadata(sent, { name }));
  return presentObject(call, 200, saved.bytes);
}
