import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { settingsTable, variableOf } from "#cluster/settings.ts";

const file = join(import.meta.dirname, "../../docs/reference/settings.md");

/** The page as the table of settings makes it. */
function page(): string {
  const rows = Object.values(settingsTable).map((setting) => {
    const fallback = setting.fallback === "" ? "" : `\`${setting.fallback}\``;
    const flag = `--${setting.name} ${setting.placeholder}`.trimEnd();
    return `| \`${flag}\` | \`${variableOf(setting)}\` | ${fallback} | ${setting.doc} |\n`;
  });
  return `# Settings of a cluster

A flag of \`portolan up\` wins over the variable, the variable over the line of the same name in \`<data-dir>/config.yaml\`, and that over
the default.

| flag | variable | default | what it is |
|---|---|---|---|
${rows.join("")}`;
}

// Renew the page with PORTOLAN_RENEW=1.
test("the reference of settings is what the program reads", () => {
  if (process.env.PORTOLAN_RENEW === "1") writeFileSync(file, page());
  assert.equal(readFileSync(file, "utf8"), page());
});
