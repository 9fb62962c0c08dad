/** `agent.ts DIR`: a node agent's runtime that starts containers and then waits to be killed. */
import { containerPlan, openWorld, printed } from "./world.ts";

const world = await openWorld(process.argv[2]);
const sandbox = await world.sandbox({ hostname: "one", labels: { pod: "one" } });
const count = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done; exit 42";
const tick = "trap 'exit 7' TERM; echo up; while :; do sleep 0.1; done";
const limits = { memoryBytes: 64 << 20 };
const ticker = await world.runtime.startContainer(
  containerPlan(sandbox, ["sh", "-c", tick], { name: "ticker", limits }),
);
await printed(ticker, "up");
await world.runtime.startContainer(containerPlan(sandbox, ["sh", "-c", count], { name: "writer" }));
for (const [name, stdio] of [
  ["reader", { kind: "input", once: true }],
  ["shell", { kind: "terminal", isOpen: true }],
] as const)
  await world.runtime.startContainer(containerPlan(sandbox, ["sh"], { name, process: { stdio } }));
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
