/** kubectl run: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_run/ */
import type { Pod } from "../../api/types/pod.js";
import { flag, required } from "./flags.js";
import { generated } from "./generated.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { generatedService, labelsOf, wholeNumber } from "./service-generator.js";
import { applyJsonPatch, JsonPatchError, mergeJson, mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const NO_TERMINAL = "containers of the simulator have no output, and nobody is at a terminal";

export const run: Verb = {
  name: "run",
  flags: [
    ...OUTCOME_FLAGS,
    flag("image", "text"),
    flag("port", "text"),
    flag("expose", "boolean"),
    flag("labels", "text", { short: "l" }),
    flag("env", "texts"),
    flag("annotations", "texts"),
    flag("restart", "text"),
    flag("command", "boolean"),
    flag("privileged", "boolean"),
    flag("image-pull-policy", "text"),
    flag("overrides", "text"),
    flag("override-type", "text"),
    flag("quiet", "boolean", { short: "q" }),
    flag("save-config", "boolean"),
    flag("grace-period", "integer"),
    ...["attach", "leave-stdin-open", "rm"].map((name) => flag(name, "boolean", { refusal: NO_TERMINAL })),
    flag("stdin", "boolean", { short: "i", refusal: NO_TERMINAL }),
    flag("tty", "boolean", { short: "t", refusal: NO_TERMINAL }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const image = required(given, "image");
    const word = given.positional.at(0);
    if (word === undefined) throw new UsageError("NAME is required for run", undefined, { pointer: "arguments" });
    if (image === "") throw new UsageError("--image is required", undefined, { pointer: "arguments" });
    if (!IMAGE.test(image)) throw new UsageError(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
    const portText = given.text("port") ?? "";
    if (given.isSet("expose") && portText === "") throw new UsageError("--port must be set when exposing a service");
    const name = word.text;
    const words = [...given.positional.slice(1), ...given.afterDashes].map(({ text }) => text);
    const port = portText === "" ? undefined : wholeNumber(portText);
    const restartPolicy = oneOf(given.text("restart"), RESTART_POLICIES, "restart policy");
    const annotations = given.texts("annotations");
    const pullPolicy = oneOf(given.text("image-pull-policy"), PULL_POLICIES, "image pull policy");
    const labelText = given.text("labels") ?? "";
    const ownLabels = labelText === "" ? undefined : labelsOf(labelText);
    const place = !outcome.isLocal || context.isNamespaceGiven ? { namespace: context.namespace } : {};
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        ...place,
        labels: ownLabels ?? { run: name },
        ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations.map(pair)) }),
      },
      spec: {
        containers: [
          {
            name,
            image,
            ...(port !== undefined && { ports: [{ containerPort: port }] }),
            ...(given.has("env") && { env: given.texts("env").map(variableOf) }),
            ...(words.length > 0 && (given.isSet("command") ? { command: words } : { args: words })),
            ...(pullPolicy !== undefined && { imagePullPolicy: pullPolicy as "Always" }),
            ...(given.isSet("privileged") && { securityContext: { privileged: true } }),
          },
        ],
        dnsPolicy: "ClusterFirst",
        restartPolicy: (restartPolicy ?? "Always") as "Never",
      },
    };
    const overrides = given.text("overrides") ?? "";
    const wanted = generated(overrides === "" ? pod : overridden(pod, overrides, given.text("override-type") ?? "merge"));
    const order = { name, ...place, ...(ownLabels !== undefined && { labels: ownLabels }), selector: ownLabels ?? { run: name } };
    const service = given.isSet("expose") ? generated(generatedService({ ...order, ports: portText })) : undefined;
    return function* (session) {
      // The pod is made first, and told of last.
      const created = outcome.isLocal ? wanted : yield* session.create(wanted);
      if (service !== undefined) yield* outcome.create(session, service);
      if (service !== undefined && given.text("output") === "yaml") session.print("---");
      outcome.tell(session, created, "created");
    };
  },
};

/** A name of an image, with a tag or a digest. Source: github.com/distribution/reference, regexp.go */
const IMAGE =
  /^([\da-zA-Z](?:[\w.-]*[\da-zA-Z])?(:\d+)?\/)?[\da-z]+([._-]+[\da-z]+)*(\/[\da-z]+([._-]+[\da-z]+)*)*(:\w[\w.-]{0,127})?(@[A-Za-z][\w+.-]*:[\da-fA-F]{32,})?$/;

function pair(text: string): [string, string] {
  return [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
}

/** Source: kubectl/pkg/cmd/run/run.go parseEnvs. @throws UsageError */
function variableOf(text: string): { readonly name: string; readonly value: string } {
  const [name, value] = pair(text);
  if (!text.includes("=") || !/^[-.A-Za-z_][-.\w]*$/.test(name)) throw new UsageError(`invalid env: ${text}`);
  return { name, value };
}

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];

/** Source of the wording: kubectl/pkg/cmd/run/run.go. @throws UsageError */
function oneOf(text: string | undefined, known: readonly string[], what: string): string | undefined {
  if (text === undefined || text === "" || known.includes(text)) return text === "" ? undefined : text;
  throw new UsageError(`invalid ${what}: ${text}`, undefined, { hint: `known are ${known.join(", ")}` });
}

/** Source: kubectl/pkg/cmd/util/override_options.go. @throws UsageError */
function overridden(pod: Pod, text: string, type: string): unknown {
  if (type !== "json" && type !== "merge" && type !== "strategic") throw new UsageError(`invalid override type: ${type}`);
  const overrides = parseOverrides(text);
  if (type === "merge") return mergeJson(pod, overrides);
  if (type === "strategic") return mergeStrategically(pod, overrides);
  try {
    return applyJsonPatch(pod, Array.isArray(overrides) ? (overrides as unknown[]) : [overrides]);
  } catch (error) {
    throw error instanceof JsonPatchError ? new UsageError(error.message) : error;
  }
}

function parseOverrides(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--overrides: must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
