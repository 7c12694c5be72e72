/** kubectl exec: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_exec/ */
import { kindInfo } from "../../api/kinds.js";
import { labelSelectorMatches } from "../../api/selector.js";
import type { Pod } from "../../api/types/pod.js";
import type { Deployment } from "../../api/types/workloads.js";
import type { ExecResult } from "../simulated-cluster.js";
import { flag } from "./flags.js";
import { answer, type Script } from "./script.js";
import { type NamedObject, parseNamed } from "./selection.js";
import { ExitCode, KubectlError, ServerError } from "./kubectl-error.js";
import { displayNameOf, type KubectlSession, targetIn } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const exec: Verb = {
  name: "exec",
  flags: [
    flag("container", "text", { short: "c" }),
    flag("stdin", "boolean", { short: "i" }),
    flag("tty", "boolean", { short: "t" }),
    flag("quiet", "boolean", { short: "q" }),
  ],
  prepare(given, context) {
    if (given.positional.length === 0) throw new UsageError("pod, type/name or --filename must be specified");
    if (given.afterDashes.length === 0)
      throw new UsageError("you must specify at least one command for the container", undefined, {
        hint: "behind --, such as: exec web-1 -- kill 1",
      });
    if (given.positional.length > 1)
      throw new UsageError(
        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        given.positional[1].offset,
      );
    const [word] = given.positional;
    const target: NamedObject = word.text.includes("/")
      ? parseNamed([word], context.namespace).named[0]
      : { info: kindInfo("Pod")!, namespace: context.namespace, name: word.text };
    const command = given.afterDashes.map(({ text }) => text);
    return function* (session) {
      const pod = yield* findPod(session, target);
      const result = yield* answer<ExecResult>((done) =>
        session.client.exec({ kind: "Pod", namespace: target.namespace, name: pod }, given.text("container"), command, done),
      );
      if (!result.ok) throw new ServerError(result.status);
      for (const line of [result.stdout, result.stderr]) if (line !== "") session.print(line);
      if (result.exitCode !== 0) throw new ExitCode(`command terminated with exit code ${result.exitCode}`, result.exitCode);
    };
  },
};

/** The pod itself, or the first pod that a workload's selector matches. */
function* findPod(session: KubectlSession, { info, namespace, name }: NamedObject): Script<string> {
  if (info.kind === "Pod") return name;
  const object = yield* session.get(targetIn(info, namespace, name));
  const selector = (object as Deployment).spec.selector;
  const pods = (yield* session.list("Pod", namespace)).filter(
    (pod: Pod) => labelSelectorMatches(selector, pod.metadata.labels) && pod.metadata.deletionTimestamp === undefined,
  );
  if (pods.length === 0) throw new KubectlError(`no pods found for ${displayNameOf(object)}`);
  return pods[0].metadata.name;
}
