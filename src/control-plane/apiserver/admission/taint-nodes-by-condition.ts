/**
 * TaintNodesByCondition: a new node takes no pods until the node lifecycle controller has seen it ready.
 *
 * Source: kubernetes/plugin/pkg/admission/nodetaint.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Node, Taint } from "../../../api/types/node.js";
import type { AdmissionPlugin, Operation } from "./admission.js";

const NOT_READY: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export class TaintNodesByCondition implements AdmissionPlugin {
  readonly name = "TaintNodesByCondition";

  handles(kind: Kind, operation: Operation): boolean {
    return kind === "Node" && operation === "CREATE";
  }

  admit(object: ApiObject): ApiObject {
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return node;
    const tainted: Node = { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } };
    return tainted;
  }
}
