/** kubectl scale: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_scale/ */
import type { Deployment } from "../../api/types/workloads.js";
import { flag } from "./flags.js";
import { forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { displayNameOf, KubectlError } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const SCALABLE = new Set(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]);

export const scale: Verb = {
  name: "scale",
  flags: [...SELECTION_FLAGS, flag("replicas", "integer"), flag("current-replicas", "integer"), flag("timeout", "duration")],
  prepare(given, context) {
    const replicas = given.integer("replicas");
    if (replicas === undefined || replicas < 0)
      throw new UsageError("the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    const expected = given.integer("current-replicas");
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (!SCALABLE.has(object.kind))
          throw new KubectlError(`error: the server could not find the requested resource: ${displayNameOf(object)} has no scale`);
        const current = (object as Deployment).spec.replicas ?? 1;
        if (expected !== undefined && expected >= 0 && current !== expected)
          throw new KubectlError(`error: Expected replicas to be ${expected}, was ${current}`);
        yield* session.change(object, (stored) => ({ ...stored, spec: { ...(stored as Deployment).spec, replicas } }) as Deployment);
        session.print(`${displayNameOf(object)} scaled`);
      });
  },
};
