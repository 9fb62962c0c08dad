import { configMaps } from "#api/core/config-map.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { type MortalServer, mortalServer } from "../test/durability/server.ts";

const objects = 20_000;
const rounds = 5;
const filler = "x".repeat(1700);

/** From the start of the server's process until it listens with so many objects of 2 KiB, in milliseconds; and with none. */
export async function run(): Promise<{ readonly full: number; readonly empty: number }> {
  await using server = await mortalServer();
  const empty = await median(server);
  const filling = server.start();
  await filling.listening;
  const transport = tlsTransport(server.access);
  const client = resourceClient(transport, configMaps);
  for (let first = 0; first < objects; first += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        client.create("default", { metadata: { name: `c-${first + i}` }, data: { filler } }),
      ),
    );
  transport.close();
  await filling.kill();
  const full = await median(server);
  console.log(`store-start: ${objects} objects: ${full.toFixed(0)} ms; none: ${empty.toFixed(0)} ms`);
  return { full, empty };
}

async function median(server: MortalServer): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const running = server.start();
    await running.listening;
    taken.push(performance.now() - begun);
    await running.kill();
  }
  return taken.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
}
