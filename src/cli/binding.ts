import type { Parsed } from "./arguments.ts";
import { UsageFault } from "./usage.ts";

/** An address with a port, as `0.0.0.0:10256` or `[::]:10256`; undefined for "", which is nobody. Throws `UsageFault`. */
export function bindingOf(parsed: Parsed, flag: string, fallback: string) {
  const text = parsed.text(flag) ?? fallback;
  if (text === "") return undefined;
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  const [, ipv6, ipv4, port] = match ?? [];
  const address = ipv6 ?? ipv4;
  if (address === undefined || Number(port) > 65_535)
    throw new UsageFault(`--${flag}: ${text} is no address with a port`, `such as ${fallback}, or [::]:10256`);
  return { address, port: Number(port) };
}
