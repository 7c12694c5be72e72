/** `traffic:` as loads for the cluster. */
import { SECOND } from "../../engine/simulation.js";
import { exponential } from "../../engine/distribution-families.js";
import type { Path } from "../mistake.js";
import type { ScheduledTraffic } from "../scenario.js";
import type { Traffic } from "../schema/traffic.js";
import type { TrafficGenerator } from "../simulated-cluster.js";
import { durationOf, optionalDuration, type Source } from "./source.js";

/** An HTTP client that gives up soon: long enough for any healthy answer, short enough to count as an outage for a user. An assumption, and a setting. */
const DEFAULT_TIMEOUT = SECOND;

const LOADS = ["rate", "interarrival", "users", "stages"] as const;

export function normalizeTraffic(traffic: readonly Traffic[], source: Source): readonly ScheduledTraffic[] {
  const seen = new Set<string>();
  return traffic.map((one, index) => {
    const path = ["traffic", index];
    if (seen.has(one.name)) source.wrong([...path, "name"], `Duplicate value: "${one.name}"`);
    seen.add(one.name);
    const duration = optionalDuration(one.duration);
    const generator: TrafficGenerator = {
      name: one.name,
      from: fromOf(one.from),
      to: toOf(one.to),
      load: loadOf(one, path, source),
      ...(duration !== undefined && { duration }),
      timeout: optionalDuration(one.timeout) ?? DEFAULT_TIMEOUT,
      retries: one.retries ?? 0,
      keepAlive: one.keepAlive ?? false,
    };
    return { start: durationOf(one.start ?? 0), generator };
  });
}

function fromOf(from: Traffic["from"]): TrafficGenerator["from"] {
  if (from === undefined || from === "external") return { external: true };
  return "node" in from ? from : { podSelector: from.pods, namespace: from.namespace ?? "default" };
}

function toOf(to: Traffic["to"]): TrafficGenerator["to"] {
  const namespace = to.namespace ?? "default";
  return { service: to.service, namespace, via: to.via ?? "clusterIP", ...(to.port !== undefined && { port: to.port }) };
}

function loadOf(traffic: Traffic, path: Path, source: Source): TrafficGenerator["load"] {
  const given = LOADS.filter((name) => traffic[name] !== undefined);
  if (given.length !== 1)
    source.wrong(path, `must have exactly one of ${LOADS.join(", ")}${given.length === 0 ? "" : `, not ${given.join(" and ")}`}`);
  if (traffic.thinkTime !== undefined && traffic.users === undefined)
    source.wrong([...path, "thinkTime"], "belongs to users, who wait so long between an answer and their next request", "key");
  if (traffic.users !== undefined)
    return { users: traffic.users, thinkTime: source.distribution([...path, "thinkTime"], traffic.thinkTime ?? 0) };
  if (traffic.stages !== undefined)
    return { stages: traffic.stages.map(({ duration, rate }) => ({ duration: durationOf(duration), requestsPerSecond: rate })) };
  if (traffic.interarrival !== undefined) {
    const interarrival = source.distribution([...path, "interarrival"], traffic.interarrival);
    if (!(interarrival.mean > 0)) source.wrong([...path, "interarrival"], "must have a mean above 0");
    return { interarrival };
  }
  return { interarrival: exponential(SECOND / (traffic.rate ?? 1)) };
}
