/** A request to the kubelet's API that is answered with an HTTP status and a sentence. */
export class Refused extends Error {
  readonly code = "Refused";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}
