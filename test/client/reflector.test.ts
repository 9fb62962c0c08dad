import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createAuthority } from "#os/pki.ts";
import { type Listener, listen } from "#server/connections/listen.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { eventually } from "../harness/eventually.ts";
import { memoryFolder } from "../harness/memory-folder.ts";
import { seeded } from "../harness/seeded.ts";
import { validity } from "../server/listening.ts";
import { type Served, serve } from "../server/served.ts";
import { type Cache, Reflector } from "./reflector.ts";

const collection = "/api/v1/namespaces/default/configmaps";

/** A server on one port that can be stopped and started again from its file. */
class Restartable implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "portolan-reflector-"));
  readonly authority = createAuthority("test-ca", validity());
  #listener: Listener | undefined;
  #served: Served | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  get served(): Served {
    if (this.#served === undefined) throw new Error("the server does not run");
    return this.#served;
  }

  async start(): Promise<void> {
    const authority = await this.authority;
    const serving = await authority.forServer({ name: "kube-apiserver" }, ["127.0.0.1"], validity());
    this.#served = await serve({ store: openSqliteStore(join(this.#folder, "store.db")) });
    const where = { address: "127.0.0.1", port: this.#port, serving, clientCa: authority.certificate };
    this.#listener = await listen(this.#served.server, where);
    this.#port = this.#listener.port;
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    await this.#served?.[Symbol.asyncDispose]();
    this.#served = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

async function stateOf({ send }: Served): Promise<Cache> {
  const listed = await send("GET", collection);
  return new Map(
    Object.values(Object(listed.at("items"))).map((item) => {
      const { name, resourceVersion } = Object(item).metadata;
      return [String(name), String(resourceVersion)];
    }),
  );
}

for (const usesWatchList of [false, true])
  for (const seed of [1, 2, 3])
    test(`a client of Go ${usesWatchList ? "that lists by watching " : ""}has what the server has, whatever breaks (${seed})`, async () => {
      await using server = new Restartable();
      await server.start();
      const authority = await server.authority;
      const client = await authority.forClient({ name: "admin", organizations: ["system:masters"] }, validity());
      const { certificate: ca } = authority;
      const reflectors = Array.from(
        { length: 3 },
        () => new Reflector({ port: server.port, ca, ...client, collection, usesWatchList }),
      );
      const running = reflectors.map((one) => one.run());
      const random = seeded(seed);
      const below = (count: number) => Math.floor(random() * count);
      for (let i = 0; i < 300; i++) {
        await write(server.served, { name: `n${below(40)}`, isDeleted: below(3) === 0, turn: i });
        const chance = below(60);
        if (chance < 4) reflectors[below(3)]?.cut();
        else if (chance < 6) await server.served.store.compact(await server.served.store.revision());
        else if (chance === 6) {
          await server.stop();
          await server.start();
        }
      }
      const wanted = await stateOf(server.served);
      const isSame = (cache: Cache) => JSON.stringify([...cache].toSorted()) === JSON.stringify([...wanted].toSorted());
      await eventually("all to have what the server has", async () => reflectors.every(({ cache }) => isSame(cache)), {
        seconds: 20,
      });
      for (const { told } of reflectors)
        assert.deepEqual(
          told,
          [...new Set(told)].toSorted((a, b) => a - b),
          "each event once, in order",
        );
      for (const what of ["cuts", "expired"] as const)
        assert(
          reflectors.some(({ counts }) => counts[what] > 0),
          `${what}: none, so nothing was tried`,
        );
      for (const one of reflectors) one.stop();
      await Promise.all(running);
    });

interface Write {
  readonly name: string;
  readonly isDeleted: boolean;
  readonly turn: number;
}

/** What isn't there is made; what is there is changed or deleted. */
async function write({ send }: Served, { name, isDeleted, turn }: Write): Promise<void> {
  const made = await send("POST", collection, { body: { metadata: { name }, data: { turn: "0" } } });
  if (made.status === 201) return;
  if (isDeleted) await send("DELETE", `${collection}/${name}`);
  else
    await send("PATCH", `${collection}/${name}`, {
      body: { data: { turn: String(turn) } },
      headers: { "content-type": "application/merge-patch+json" },
    });
}
