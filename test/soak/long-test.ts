import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";

const root = dirname(dirname(import.meta.dirname));

/** Runs a test file that does more when variables ask for it; a variable that is set already wins. Whether it passed. */
export async function longTest(file: string, asks: Readonly<Record<string, string>>): Promise<boolean> {
  const child = spawn(join(root, "bin/with-node"), [join(root, file)], {
    stdio: "inherit",
    env: { ...asks, ...process.env },
  });
  const [code] = await once(child, "exit");
  return code === 0;
}
