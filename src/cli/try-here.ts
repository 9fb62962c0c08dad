/** Tries addresses from the network namespace that it is started in: JSON of them comes on stdin, JSON of the answers goes to stdout. */
import { text } from "node:stream/consumers";
import type { Address } from "./addresses.ts";
import { tryAddress } from "./try-address.ts";

const [, , dnsServer = ""] = process.argv;
const addresses: readonly Address[] = JSON.parse(await text(process.stdin));
const answers = await Promise.all(addresses.map((address) => tryAddress(address, dnsServer)));
process.stdout.write(JSON.stringify(answers));
