import { readdirSync, readFileSync } from "node:fs";
import type { Registry } from "./registry.ts";

/** What every component tells of its process, under the names of Prometheus' own clients. Source: client_golang's process collector. */
export function registerOwnProcess(registry: Registry): void {
  const gauge = (name: string, help: string) => registry.gauge({ name, help, labels: [] }).at({});
  const cpu = registry.counter({
    name: "process_cpu_seconds_total",
    help: "Time that this process has computed, for itself and in the kernel, in seconds.",
    labels: [],
  });
  const start = gauge("process_start_time_seconds", "When this process started, in seconds since 1970.");
  const resident = gauge("process_resident_memory_bytes", "Memory of this process that is in RAM.");
  const virtual = gauge("process_virtual_memory_bytes", "Memory that this process has reserved.");
  const openFiles = gauge("process_open_fds", "File descriptors that are open.");
  const mostFiles = gauge("process_max_fds", "File descriptors that may be open.");
  start.set(Math.round(performance.timeOrigin) / 1000);
  mostFiles.set(openFilesLimit());
  registry.beforeReading(() => {
    const { user, system } = process.cpuUsage();
    cpu.at({}).set((user + system) / 1e6);
    resident.set(process.memoryUsage.rss());
    virtual.set(virtualBytes());
    openFiles.set(readdirSync("/proc/self/fd").length);
  });
}

/** Source: proc(5), /proc/pid/stat: the 23rd field, the 21st behind the name in parentheses. */
function virtualBytes(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[20]);
}

function openFilesLimit(): number {
  const limit = /^Max open files +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return limit === undefined || limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}
