/** kubectl run: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_run/ */
import type { Pod } from "../../api/types/pod.js";
import { flag, required } from "./flags.js";
import { generated } from "./generated.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const run: Verb = {
  name: "run",
  flags: [
    ...OUTCOME_FLAGS,
    flag("image", "text"),
    flag("port", "text"),
    flag("labels", "list", { short: "l" }),
    flag("env", "texts"),
    flag("annotations", "texts"),
    flag("restart", "text"),
    flag("command", "boolean"),
    flag("image-pull-policy", "text"),
    flag("overrides", "text"),
    flag("grace-period", "integer"),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const word = given.positional.at(0);
    if (word === undefined) throw new UsageError("NAME is required for run", undefined, { pointer: "arguments" });
    const image = required(given, "image");
    if (image === "") throw new UsageError("--image is required", undefined, { pointer: "arguments" });
    if (!IMAGE.test(image)) {
      const why = IMAGE.test(image.toLowerCase()) ? "repository name must be lowercase" : "invalid reference format";
      throw new UsageError(`Invalid image name ${JSON.stringify(image)}: ${why}`);
    }
    const words = given.afterDashes.map(({ text }) => text);
    const port = portOf(given.text("port"));
    const restartPolicy = oneOf(given.text("restart"), RESTART_POLICIES, "restart policy");
    const annotations = given.texts("annotations");
    const pullPolicy = oneOf(given.text("image-pull-policy"), PULL_POLICIES, "image pull policy");
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: word.text,
        ...((!outcome.isLocal || context.isNamespaceGiven) && { namespace: context.namespace }),
        labels: given.has("labels") ? Object.fromEntries(given.list("labels").map(labelOf)) : { run: word.text },
        ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations.map(pair)) }),
      },
      spec: {
        containers: [
          {
            name: word.text,
            image,
            ...(port !== undefined && { ports: [{ containerPort: port }] }),
            ...(given.has("env") && { env: given.texts("env").map(variableOf) }),
            ...(words.length > 0 && (given.isSet("command") ? { command: words } : { args: words })),
            ...(pullPolicy !== undefined && { imagePullPolicy: pullPolicy as "Always" }),
          },
        ],
        dnsPolicy: "ClusterFirst",
        restartPolicy: (restartPolicy ?? "Always") as "Never",
      },
    };
    const overrides = given.text("overrides");
    const wanted = generated(overrides === undefined ? pod : mergeStrategically(pod, parseOverrides(overrides)));
    return (session) => outcome.create(session, wanted);
  },
};

/** A name of an image, with a tag or a digest. Source: github.com/distribution/reference, regexp.go */
const IMAGE =
  /^([\da-zA-Z](?:[\w.-]*[\da-zA-Z])?(:\d+)?\/)?[\da-z]+([._-]+[\da-z]+)*(\/[\da-z]+([._-]+[\da-z]+)*)*(:\w[\w.-]{0,127})?(@[A-Za-z][\w+.-]*:[\da-fA-F]{32,})?$/;

function pair(text: string): [string, string] {
  return [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
}

/** Source: kubectl/pkg/generate/generate.go ParseLabels. @throws UsageError */
function labelOf(text: string): [string, string] {
  if (text.split("=").length !== 2 || text.startsWith("=")) throw new UsageError(`unexpected label spec: ${text}`);
  return pair(text);
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

/** @throws UsageError in the words of Go's strconv.Atoi */
function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function parseOverrides(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--overrides: must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
