/** Writing of taints. Source: kubernetes pkg/controller/util/node/controller_utils.go (SwapNodeControllerTaint), pkg/controller/controller_utils.go. */
import type { Node, Taint, Timestamp } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type SimTime, type Simulation } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { sameValue } from "../same-value.js";
import { matchesTaint } from "../taints.js";
import { RetryLater, sleep, unless, type Task } from "../task.js";

/** A taint that is there already gets the new one's time. Source: AddOrUpdateTaint in pkg/util/taints/taints.go. */
function withTaints(node: Node, add: readonly Taint[], remove: readonly Taint[]): Node {
  const present = node.spec.taints ?? [];
  const missing = add.filter((taint) => !present.some((other) => matchesTaint(taint, other)));
  const kept = present.filter((taint) => !remove.some((other) => matchesTaint(taint, other)));
  const updated = kept.map((taint) => add.find((other) => matchesTaint(taint, other)) ?? taint);
  if (missing.length === 0 && sameValue(updated, present)) return node;
  return { ...node, spec: { ...node.spec, taints: [...updated, ...missing] } };
}

/** Attempts at one change, and the pause between them, to which up to as much again is added. Source: UpdateTaintBackoff in pkg/controller/controller_utils.go. */
const ATTEMPTS = 5;
const PAUSE: SimTime = 100 * MILLISECOND;

/** What writing takes: requests, what the API server's cache has, time, and chance for the pauses. */
export interface TaintWriter {
  readonly calls: ApiCalls;
  readonly nodes: Pick<Informer<Node>, "get">;
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

function* writeTaints({ calls, nodes, simulation, jitter }: TaintWriter, node: Node, change: (current: Node) => Node): Task<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = yield* calls.get<"Node">(targetOf<"Node">(node));
    // The first read asks for resourceVersion 0, which the API server answers from its cache: that is as far behind as watches are.
    const current = attempt === 1 ? (nodes.get(node.metadata.name) ?? answer) : answer;
    const changed = change(current);
    if (changed === current) return;
    const written = yield* unless(["Conflict"], calls.update<"Node">(changed));
    if (written !== undefined) return;
    if (attempt === ATTEMPTS) throw new RetryLater(`node ${node.metadata.name} is written too often to change its taints`);
    yield* sleep(simulation, PAUSE + jitter.integer(PAUSE));
  }
}
