/** Writing of taints. Source: kubernetes pkg/controller/util/node/controller_utils.go (SwapNodeControllerTaint), pkg/controller/controller_utils.go. */
import type { Node, Taint, Timestamp } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type SimTime, type Simulation } from "../../../engine/simulation.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { matchesTaint } from "../taints.js";
import { RetryLater, sleep, unless, type Task } from "../task.js";

function withTaints(node: Node, add: readonly Taint[], remove: readonly Taint[]): Node {
  const present = node.spec.taints ?? [];
  const missing = add.filter((taint) => !present.some((other) => matchesTaint(taint, other)));
  const kept = present.filter((taint) => !remove.some((other) => matchesTaint(taint, other)));
  if (missing.length === 0 && kept.length === present.length) return node;
  return { ...node, spec: { ...node.spec, taints: [...kept, ...missing] } };
}

/** Attempts at one change, and the pause between them, to which up to as much again is added. Source: UpdateTaintBackoff in pkg/controller/controller_utils.go. */
const ATTEMPTS = 5;
const PAUSE: SimTime = 100 * MILLISECOND;

/** What writing takes: requests, time, and chance for the pauses. */
export interface TaintWriter {
  readonly calls: ApiCalls;
  readonly simulation: Simulation;
  readonly jitter: RandomStream;
}

/**
 * Puts taints on a node and takes others off. Each of the two reads the node anew and then writes it, which is two requests; where
 * somebody else has written meanwhile, it begins anew.
 *
 * @param now in whole seconds
 */
export function* swapTaints(writer: TaintWriter, node: Node, add: readonly Taint[], remove: readonly Taint[], now: Timestamp): Task<void> {
  if (add.length > 0) {
    const stamped = add.map((taint) => ({ ...taint, timeAdded: now }));
    yield* writeTaints(writer, node, (current) => withTaints(current, stamped, []));
  }
  if (remove.some((taint) => node.spec.taints?.some((other) => matchesTaint(taint, other)))) {
    yield* writeTaints(writer, node, (current) => withTaints(current, [], remove));
  }
}

function* writeTaints({ calls, simulation, jitter }: TaintWriter, node: Node, change: (current: Node) => Node): Task<void> {
  for (let attempt = 1; ; attempt++) {
    const current = yield* calls.get<"Node">(targetOf<"Node">(node));
    const changed = change(current);
    if (changed === current) return;
    const written = yield* unless(["Conflict"], calls.update<"Node">(changed));
    if (written !== undefined) return;
    if (attempt === ATTEMPTS) throw new RetryLater(`node ${node.metadata.name} is written too often to change its taints`);
    yield* sleep(simulation, PAUSE + jitter.integer(PAUSE));
  }
}
