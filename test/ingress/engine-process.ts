import { startEngine } from "./stage.ts";
import { everything, tableOf } from "./tables.ts";

/** An ingress controller's engine as a process, to be killed: serves `a.example` and says so. */
const [folder = "", http, https, port] = process.argv.slice(2);
const { engine } = await startEngine(folder);
const ports = { http: Number(http), https: Number(https) };
await engine.serve(tableOf({ ports, hosts: { "a.example": [] } }), everything);
await engine.serve(tableOf({ ports, hosts: { "a.example": [Number(port)] } }), everything);
process.stdout.write("serving\n");
setInterval(() => {}, 1000);
