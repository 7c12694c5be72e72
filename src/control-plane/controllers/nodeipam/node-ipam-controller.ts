/**
 * The node IPAM controller: gives each node a range of pod addresses.
 *
 * Source: kubernetes pkg/controller/nodeipam/node_ipam_controller.go, ipam/range_allocator.go.
 */
import type { Node } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { ApiError, RetryLater, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { CidrSet } from "./cidr-set.js";

const ACCOUNT = "node-controller";
const COMPONENT = "cidrAllocator";
/** Source: cidrUpdateWorkers in ipam/cidr_allocator.go. */
const WORKERS = 30;
/** Source: cidrUpdateRetries in ipam/cidr_allocator.go. */
const UPDATE_TRIES = 3;

class NodeIpamController {
  private readonly calls: ApiCalls;
  private readonly nodes: Informer<Node>;
  private readonly sets: readonly CidrSet[];
  private readonly queue: WorkQueue;

  constructor(context: ControllerContext) {
    const { clusterCidr, nodeCidrMaskSizeIpv4, nodeCidrMaskSizeIpv6 } = context.options;
    this.sets = clusterCidr.map((cidr) => new CidrSet(cidr, cidr.includes(":") ? nodeCidrMaskSizeIpv6 : nodeCidrMaskSizeIpv4));
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.queue = context.queue({ workers: WORKERS, sync: (key) => this.sync(key) });
    this.nodes = context.informer("Node");
    this.nodes.addHandlers({
      added: (node) => {
        for (const cidr of rangesOf(node)) for (const set of this.sets) set.occupy(cidr);
        if (rangesOf(node).length === 0) this.queue.add(node.metadata.name);
      },
      deleted: (node) => {
        for (const cidr of rangesOf(node)) for (const set of this.sets) set.release(cidr);
      },
    });
  }

  private *sync(name: string): Task<void> {
    const node = this.nodes.get(name);
    if (node === undefined || rangesOf(node).length > 0) return;
    const ranges = this.sets.map((set) => set.allocate());
    const given = ranges.filter((range) => range !== undefined);
    if (given.length < this.sets.length) {
      this.giveBack(given);
      this.tell(node, "CIDRNotAvailable");
      throw new RetryLater("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range");
    }
    const error = yield* this.assign(node, given);
    if (error === undefined) return;
    this.tell(node, "CIDRAssignmentFailed");
    this.giveBack(given);
    throw error;
  }

  /** Undefined where one of several tries succeeds. */
  private *assign(node: Node, podCIDRs: readonly string[]): Task<ApiError | undefined> {
    let last: ApiError | undefined;
    for (let tried = 0; tried < UPDATE_TRIES; tried++) {
      try {
        yield* this.calls.patch<"Node">(targetOf<"Node">(node), (current) => ({
          ...current,
          spec: { ...current.spec, podCIDR: podCIDRs[0], podCIDRs },
        }));
        return undefined;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        last = error;
      }
    }
    return last;
  }

  /** Source: RecordNodeStatusChange in pkg/controller/util/node/controller_utils.go. */
  private tell(node: Node, status: "CIDRNotAvailable" | "CIDRAssignmentFailed"): void {
    const message = `Node ${node.metadata.name} status is now: ${status}`;
    this.calls.recordEvent(referenceTo(node), "Normal", status, message);
  }

  private giveBack(ranges: readonly string[]): void {
    for (const range of ranges) for (const set of this.sets) set.release(range);
  }
}

function rangesOf({ spec }: Node): readonly string[] {
  return spec.podCIDRs ?? (spec.podCIDR === undefined || spec.podCIDR === "" ? [] : [spec.podCIDR]);
}

/** Starts the controller where nodes are to be given ranges (--allocate-node-cidrs). */
export function startNodeIpamController(context: ControllerContext): void {
  if (context.options.allocateNodeCidrs) new NodeIpamController(context);
}
