/** kubectl scale: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_scale/ */
import { formatTimestamp } from "../../api/duration.js";
import { structJson } from "../../api/go-json.js";
import type { Scale } from "../../api/types/scale.js";
import type { Result, Scalable, Target } from "../../control-plane/apiserver/client.js";
import { flag, required } from "./flags.js";
import { KubectlError, ServerError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { answer, type Script } from "./script.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import type { AnyObject, KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const SCALABLE = new Set<string>(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"] satisfies Scalable[]);

export const scale: Verb = {
  name: "scale",
  flags: [
    ...OBJECT_FILE_FLAGS,
    ALL_FLAG,
    SELECTOR_FLAG,
    ...OUTCOME_FLAGS,
    flag("replicas", "integer"),
    flag("current-replicas", "integer"),
    flag("resource-version", "text"),
    flag("timeout", "duration"),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    required(given, "replicas");
    const replicas = given.integer("replicas") ?? -1;
    if (replicas < 0) throw new UsageError("the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    const expected = given.integer("current-replicas") ?? -1;
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (!outcome.isLocal) yield* rescale(session, object, replicas, expected);
        outcome.tell(session, object, "scaled");
      });
  },
};

/** What kubectl is told of an address that is not served. */
export const NOT_SERVED: ServerError["status"] = {
  code: 404,
  reason: "NotFound",
  message: "the server could not find the requested resource",
};

/** The object whose scale is asked for. @throws ServerError where the kind has none */
export function scaleTargetOf({ kind, metadata: { namespace, name } }: AnyObject): Target<Scalable> {
  if (!SCALABLE.has(kind)) throw new ServerError(NOT_SERVED);
  return { kind: kind as Scalable, name, ...(namespace !== undefined && { namespace }) };
}

/** @param expected the number that has to be there; -1: any. @throws KubectlError */
function* rescale(session: KubectlSession, object: AnyObject, replicas: number, expected: number): Script<void> {
  const target = scaleTargetOf(object);
  const { scales } = session.client;
  if (expected >= 0 || replicas > MOST_REPLICAS) {
    const current = accepted(yield* answer<Result<Scale>>((done) => scales.get(target, done)));
    if (expected >= 0 && current.spec.replicas !== expected)
      throw new KubectlError(`Expected replicas to be ${expected}, was ${current.spec.replicas}`);
    if (replicas > MOST_REPLICAS) throw new ServerError(unreadable({ ...current, spec: { replicas } }));
  }
  accepted(yield* answer<Result<Scale>>((done) => scales.patch(target, (current) => ({ ...current, spec: { replicas } }), done)));
}

/** spec.replicas has 32 bits. */
const MOST_REPLICAS = 2 ** 31 - 1;

/** What the API server says of a patch that makes no Scale. Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go */
function unreadable(scale: Scale): ServerError["status"] {
  const why = `json: cannot unmarshal number ${scale.spec.replicas} into Go struct field ScaleSpec.spec.replicas of type int32`;
  const { creationTimestamp, ...metadata } = scale.metadata;
  const created = creationTimestamp === undefined ? {} : { creationTimestamp: formatTimestamp(creationTimestamp) };
  const json = structJson({ ...scale, metadata: { ...metadata, ...created } });
  const message = `Invalid value: ${JSON.stringify(json)}: ${why}`;
  return {
    code: 422,
    reason: "Invalid",
    message: ` "" is invalid: patch: ${message}`,
    causes: [{ type: "FieldValueInvalid", field: "patch", message }],
  };
}

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new ServerError(result.status);
  return result.object;
}
