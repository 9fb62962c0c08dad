import { parentPort } from "node:worker_threads";
import { limits } from "../limits.ts";
import type { YamlAnswer } from "./yaml.ts";
import { readYaml, YamlRefused } from "./yaml-reader.ts";

/** The program of the thread that reads YAML: a text comes, JSON or the refusal goes. */
parentPort?.on("message", (text: string) => parentPort?.postMessage(answered(text)));

function answered(text: string): YamlAnswer {
  try {
    const { value, doubled } = readYaml(text, { levels: limits.bodyLevels, characters: limits.bodyBytes });
    return { kind: "read", json: JSON.stringify(value), doubled };
  } catch (fault) {
    if (fault instanceof YamlRefused) return { kind: "refused", why: fault.message };
    // Too deep for the parser itself.
    if (fault instanceof RangeError) return { kind: "refused", why: `exceeded max depth of ${limits.bodyLevels}` };
    throw fault;
  }
}
