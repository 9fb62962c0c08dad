import { openForeign } from "./foreign.ts";
import type { NftEngine } from "./nft-engine.ts";

const signatures = {
  nft_ctx_new: { arguments: ["u32"], return: "pointer" },
  nft_ctx_free: { arguments: ["pointer"], return: "void" },
  nft_ctx_buffer_output: { arguments: ["pointer"], return: "i32" },
  nft_ctx_buffer_error: { arguments: ["pointer"], return: "i32" },
  nft_run_cmd_from_buffer: { arguments: ["pointer", "string"], return: "i32" },
  nft_ctx_get_error_buffer: { arguments: ["pointer"], return: "pointer" },
} as const;

/**
 * libnftables in this process, through Node's foreign function interface; undefined where this Node or this machine lacks one of
 * them. A call runs on the calling thread: 0.1 ms for one endpoint.
 */
export async function openLibrary(): Promise<NftEngine | undefined> {
  const library = await openForeign("libnftables.so.1", signatures);
  if (library === undefined) return undefined;
  const { functions, textAt } = library;

  const open = (): bigint => {
    const context = functions.nft_ctx_new(0);
    functions.nft_ctx_buffer_output(context);
    functions.nft_ctx_buffer_error(context);
    return context;
  };
  let context = open();
  const attempt = (text: string): string | undefined => {
    if (functions.nft_run_cmd_from_buffer(context, text) === 0) return undefined;
    const said = textAt(functions.nft_ctx_get_error_buffer(context));
    return said === null || said === "" ? "nft gave no reason" : said;
  };
  return {
    // A refused transaction has changed nothing. A context may have gone bad (seen once, after another nft was killed), so a second
    // refusal counts only from a new one.
    async apply(text) {
      if (attempt(text) === undefined) return undefined;
      functions.nft_ctx_free(context);
      context = open();
      return attempt(text);
    },
    close: () => functions.nft_ctx_free(context),
  };
}
