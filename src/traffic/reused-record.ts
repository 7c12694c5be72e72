/** What is told of the requests of one load: a single record, filled anew for each, so that a request costs no garbage. */
import type { SimTime } from "../engine/simulation.js";
import type { Load } from "./load.js";
import type { TrafficTarget } from "./network.js";
import type { Request } from "./request.js";
import type { RequestRecord, RequestResult } from "./request-record.js";

type MutableRecord = { -readonly [K in keyof RequestRecord]: RequestRecord[K] };

export class ReusedRecord {
  private readonly record: MutableRecord;

  constructor({ name, to }: Load) {
    this.record = {
      start: 0,
      end: 0,
      generator: name,
      client: "",
      target: nameOf(to),
      outcome: "ok",
      attempts: 0,
      pod: "",
      node: "",
      resolve: 0,
      connect: 0,
      queue: 0,
      service: 0,
      transfer: 0,
    };
  }

  /** @param origin the attempt that reached the server, where another took its place when the client gave it up */
  of(request: Request, outcome: RequestResult, end: SimTime, origin: Request): RequestRecord {
    const { record } = this;
    const { connection } = origin;
    const served = origin.station !== undefined && origin.serviceStart >= origin.attemptStart;
    record.start = request.start;
    record.end = end;
    record.client = request.client?.pod?.key ?? request.client?.address ?? "";
    record.outcome = outcome;
    record.attempts = request.attempts;
    record.pod = connection.server?.key ?? "";
    record.node = connection.server?.host.name ?? "";
    record.resolve = Math.round(request.resolve);
    record.connect = Math.round(request.resolve + request.connect) - record.resolve;
    record.queue = served ? origin.serviceStart - origin.arrivedAt : 0;
    record.service = served ? origin.serviceTime : 0;
    record.transfer = outcome === "ok" ? end - request.attemptStart - record.resolve - record.connect - record.queue - record.service : 0;
    return record;
  }
}

function nameOf(target: TrafficTarget): string {
  if ("ingress" in target) return `${target.namespace}/${target.ingress} ${target.host ?? ""}${target.path}`;
  return `${target.namespace}/${target.service}${target.port === undefined ? "" : `:${target.port}`}`;
}
