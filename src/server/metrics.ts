/** Source: the text format of Prometheus, version 0.0.4; names of kube-apiserver's own metrics. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

export interface Labels {
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
}

/** What the server counts of its work. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #open = new Map<string, number>();

  answered(labels: Labels, code: number): void {
    count(this.#requests, `${show(labels)},code="${code}"`, 1);
  }

  /** A watch, or a log that is followed. Call what it gives when it has ended. */
  opened(labels: Labels): () => void {
    const name = show(labels);
    count(this.#open, name, 1);
    return () => count(this.#open, name, -1);
  }

  /** `gauges` are told as they are now. */
  text(gauges: Readonly<Record<string, number>>): string {
    const lines = [
      "# TYPE apiserver_request_total counter",
      ...[...this.#requests].map(([name, value]) => `apiserver_request_total{${name}} ${value}`),
      "# TYPE apiserver_longrunning_requests gauge",
      ...[...this.#open].map(([name, value]) => `apiserver_longrunning_requests{${name}} ${value}`),
      ...Object.entries(gauges).flatMap(([name, value]) => [`# TYPE ${name} gauge`, `${name} ${value}`]),
    ];
    return `${lines.join("\n")}\n`;
  }
}

const show = ({ verb, resource, subresource }: Labels): string =>
  `verb="${verb}",resource="${resource}",subresource="${subresource}"`;

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
