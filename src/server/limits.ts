/** What the server takes and keeps of one client at most, in one place. Those of a patch and of annotations are machinery's. */
export const limits = {
  /** Of a request's path, in characters. */
  path: 8192,
  /** Of an `Accept` header, in characters; what stands behind is not read. */
  accept: 4096,
  /** Of a body, packed or not. Source: kube-apiserver. */
  bodyBytes: 3 * 1024 * 1024,
  /** Of a token, in characters: what names its holder's groups may be long. */
  tokenCharacters: 32 * 1024,
  /** Tokens that are known to be signed by the right one. */
  rememberedTokens: 4096,
  /** How many brackets and braces of a body may be open at once. */
  bodyLevels: 1000,
  /** For reading one document of YAML. */
  yamlMilliseconds: 20_000,
  /** Of memory for reading one document of YAML. */
  yamlMebibytes: 512,
  /** Of an object as it is stored. Source: etcd's limit for one request. */
  objectBytes: 1.5 * 1024 * 1024,
  /** Answers that go on, and requests for such, of one user who is no part of the cluster. */
  openStreams: 2000,
  /** Lists of one user, who is no part of the cluster, that wait until the server has time for them. */
  waitingLists: 200,
  /** How many requests are worked on at once, where it isn't said. Source: kube-apiserver. */
  inFlight: { reading: 400, writing: 200 },
  /**
   * Requests of one user, who is no part of the cluster, and of all such users, that wait until they are worked on. An administrator's writes
   * may wait as many as all, since whoever sets a cluster up writes much at once.
   */
  waitingRequests: 500,
  waitingRequestsOfAll: 5000,
  /** How long such a request waits, in milliseconds. Source: a quarter of kube-apiserver's `--request-timeout`. */
  waitingRequestMs: 15_000,
  /** Of the bodies of one user, who is no part of the cluster, that are being read at once. */
  readingBodyBytes: 128 * 1024 * 1024,
  /** Of the audit log, that wait to be written; what comes then is lost. */
  waitingAuditCharacters: 16 * 1024 * 1024,
  /** For a body to arrive. */
  bodyMilliseconds: 60_000,
  /** What may wait for the reader of a watch before that ends; it goes on where it stopped. */
  waitingWatchBytes: 16 * 1024 * 1024,
  /** What may wait for all who watch before those are cut off for whom most waits. */
  waitingWatchesBytes: 256 * 1024 * 1024,
  /** What may wait of what was there when a watch began, before the rest is written. */
  waitingInitialBytes: 256 * 1024,
  /** How long a reader may take for what waits at the end of a watch, in milliseconds. */
  endingWatchMs: 10_000,
  /** Of the events that are kept as text for the next who watches; no client's own, but large objects make them large. */
  recentEventBytes: 8 * 1024 * 1024,
  /** What may wait for the reader of a log before no more is read. */
  waitingLogBytes: 1024 * 1024,
  /** What may wait for the reader of a proxied answer before no more is read. */
  waitingProxyBytes: 256 * 1024,
  /** For how long nothing need move on a connection that is passed on, in milliseconds: then whoever is at the other end has gone. */
  idleConnectionMs: 4 * 60 * 60_000,
  /** Of what an agent says instead of what was asked for, in characters. */
  refusal: 65_536,
} as const;
