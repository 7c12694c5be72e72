/** Why a pod fits nowhere, from the codes of the statuses that the nodes gave. */
import type { Cache } from "../cache/cache.js";
import type { Diagnosis } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { NodeToStatus } from "../framework/plugin.js";
import { Status } from "../framework/status.js";
import type { StatusCodes } from "./status-codes.js";

const NOT_LOOKED_AT = new Status("UnschedulableAndUnresolvable");

class CodedStatuses implements NodeToStatus {
  readonly absent = NOT_LOOKED_AT;
  private names: Map<string, Status> | undefined;

  constructor(
    private readonly cache: Cache,
    private readonly codes: StatusCodes,
    private readonly codeOf: (id: number) => number,
  ) {}

  statusOf({ id }: NodeInfo): Status {
    return this.codes.statusOf(this.codeOf(id));
  }

  get byNode(): ReadonlyMap<string, Status> {
    return (this.names ??= new Map(this.cache.nodes.map((node) => [node.name, this.statusOf(node)])));
  }
}

/**
 * @param counts nodes by code
 * @param codeOf code of the status that a node gave; may be asked until something changes on a node
 * @param beforeStatuses called when statuses are asked for, before any is given
 */
export function diagnosisFrom(
  cache: Cache,
  codes: StatusCodes,
  counts: Int32Array,
  codeOf: (id: number) => number,
  beforeStatuses: () => void,
): Diagnosis {
  const reasonCounts = new Map<string, number>();
  const unschedulablePlugins = new Set<string>();
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code];
    if (count === 0) continue;
    const status = codes.statusOf(code);
    unschedulablePlugins.add(status.plugin);
    for (const reason of status.reasons) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + count);
  }
  return {
    nodeCount: cache.nodeCount,
    reasonCounts,
    unschedulablePlugins,
    statuses: () => {
      beforeStatuses();
      return new CodedStatuses(cache, codes, codeOf);
    },
  };
}
