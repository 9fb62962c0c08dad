import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, stringify } from "yaml";
import { findProgram } from "../harness/programs.ts";

export const seedsFolder = join(import.meta.dirname, "../../examples/seeds");

/** The seeds' catalogue of images, and which of their programs can't be had here. */
export interface Images {
  readonly file: string;
  readonly missing: readonly string[];
}

/** A copy of the seeds' catalogue in `folder` that names programs by where they are, installed or only unpacked. */
export function imagesFor(folder: string): Images {
  const catalogue: { images: Record<string, object> } = parse(readFileSync(`${seedsFolder}/images.yaml`, "utf8"));
  const nginx = programIn(folder, findProgram("nginx", "nginx"));
  const influxd = programIn(folder, findProgram("influxd", "influxdb"));
  if (nginx !== undefined)
    catalogue.images.nginx = { args: [nginx, "-p", folder, "-c", nginxConf(folder), "-g", "daemon off;"] };
  // It would tell its makers that it runs.
  if (influxd !== undefined)
    catalogue.images.influxdb = { args: [influxd], env: { INFLUXDB_REPORTING_DISABLED: "true" } };
  const file = join(folder, "images.yaml");
  writeFileSync(file, stringify(catalogue));
  return { file, missing: [...(nginx === undefined ? ["nginx"] : []), ...(influxd === undefined ? ["influxdb"] : [])] };
}

/** A copy beside the catalogue, since a clone of this repository may lie where containers can't see it. */
function programIn(folder: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const copy = join(folder, basename(path));
  copyFileSync(path, copy);
  return copy;
}

/** The package's own configuration lies where it is installed only. Pages tell which pod they come from. */
function nginxConf(folder: string): string {
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path /tmp/nginx-${name};`,
  );
  const server = 'server { listen 80; location / { return 200 "nginx on $hostname\\n"; } }';
  writeFileSync(
    file,
    `user root; pid /tmp/nginx.pid; error_log stderr; events {} http { access_log off; ${temporary.join(" ")} ${server} }\n`,
  );
  chmodSync(folder, 0o755);
  return file;
}
