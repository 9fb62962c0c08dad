import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openLedger } from "./ledger.ts";

const inFolder = (body: (folder: string, file: string) => void) => (): void => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-ledger-"));
  try {
    body(folder, join(folder, "run", "effects.jsonl"));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test(
  "effects are kept in the order in which they were made, each once, and also for another process",
  inFolder((folder) => {
    const ledger = openLedger(folder);
    assert.deepEqual(ledger.effects(), []);
    const [link, table] = [{ is: "link", name: "ptl0" } as const, { is: "nftTable", name: "portolan" } as const];
    ledger.note(link);
    ledger.note(table);
    ledger.note(link);
    assert.deepEqual(openLedger(folder).effects(), [link, table]);
  }),
);

test(
  "a line that a kill has cut short is an effect that was not made",
  inFolder((folder, file) => {
    openLedger(folder).note({ is: "link", name: "ptl0" });
    appendFileSync(file, '{"is":"nftTa');
    assert.deepEqual(openLedger(folder).effects(), [{ is: "link", name: "ptl0" }]);
    openLedger(folder).note({ is: "nftTable", name: "portolan" });
    assert.deepEqual(
      openLedger(folder)
        .effects()
        .map(({ is }) => is),
      ["link", "nftTable"],
    );
  }),
);

test(
  "nobody but root reads it, and nothing is left of it when all is undone",
  inFolder((folder, file) => {
    const ledger = openLedger(folder);
    ledger.note({ is: "pods", folder: "/x" });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    ledger.clear();
    ledger.clear();
    assert.ok(!existsSync(file));
  }),
);
