/** What `/version` tells. Source: version.Info of k8s.io/apimachinery; clients compare `minor` with their own. */
export function versionInfo(gitVersion: string): Readonly<Record<string, string>> {
  const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "none",
    compiler: "node",
    platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
  };
}
