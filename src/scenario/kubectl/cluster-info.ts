/** kubectl version and cluster-info. */
import type { Node } from "../../api/types/node.js";
import { flag } from "./flags.js";
import { yamlLines } from "./object-text.js";
import type { Script } from "./script.js";
import type { KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** What kubectl this is like. */
const CLIENT_VERSION = "v1.36.0";
/** Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const API_SERVER_PORT = 6_443;
const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

/** The node of an API server; without one, as where a cloud runs the control plane, undefined. */
function* controlPlaneNode(session: KubectlSession): Script<Node | undefined> {
  const nodes = yield* session.list("Node");
  return nodes.find(({ metadata }) => metadata.labels?.[CONTROL_PLANE] !== undefined);
}

/** Of kubectl's kustomize. Source: kubectl's go.mod */
const KUSTOMIZE_VERSION = "v5.8.1";

/** What is known of a build. Source: k8s.io/apimachinery/pkg/version/types.go Info */
function buildOf(gitVersion: string) {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? ["", "", ""];
  return { compiler: "gc", gitVersion, major, minor, platform: "linux/amd64" };
}

/** Source: kubectl/pkg/cmd/version/version.go */
export const version: Verb = {
  name: "version",
  flags: [flag("client", "boolean"), flag("output", "text", { short: "o" })],
  prepare(given) {
    if (given.positional.length > 0)
      throw new UsageError(`extra arguments: [${given.positional.map(({ text }) => text).join(" ")}]`, given.positional[0].offset);
    const output = given.text("output") ?? "";
    if (output !== "" && output !== "json" && output !== "yaml") throw new UsageError("--output must be 'yaml' or 'json'");
    return function* (session) {
      const isAlone = given.isSet("client");
      const node = isAlone ? undefined : yield* controlPlaneNode(session);
      const server = isAlone ? undefined : (node?.status?.nodeInfo?.kubeletVersion ?? CLIENT_VERSION);
      if (output !== "") {
        const value = {
          clientVersion: buildOf(CLIENT_VERSION),
          kustomizeVersion: KUSTOMIZE_VERSION,
          ...(server !== undefined && { serverVersion: buildOf(server) }),
        };
        for (const line of output === "json" ? JSON.stringify(value, undefined, 2).split("\n") : [...yamlLines(value), ""])
          session.print(line);
        return;
      }
      session.print(`Client Version: ${CLIENT_VERSION}`);
      session.print(`Kustomize Version: ${KUSTOMIZE_VERSION}`);
      if (server !== undefined) session.print(`Server Version: ${server}`);
    };
  },
};

export const clusterInfo: Verb = {
  name: "cluster-info",
  flags: [],
  prepare() {
    return function* (session) {
      const node = yield* controlPlaneNode(session);
      const address = node?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
      const service = yield* session.get({ kind: "Service", namespace: "default", name: "kubernetes" });
      const host = address === undefined ? service.spec.clusterIP! : `${address}:${API_SERVER_PORT}`;
      session.print(`Kubernetes control plane is running at https://${host}`);
      session.print("");
      session.print("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    };
  },
};
