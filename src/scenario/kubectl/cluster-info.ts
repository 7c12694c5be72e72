/** kubectl version and cluster-info. */
import type { Node } from "../../api/types/node.js";
import { flag } from "./flags.js";
import type { Script } from "./script.js";
import type { KubectlSession } from "./session.js";
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

export const version: Verb = {
  name: "version",
  flags: [flag("client", "boolean"), flag("output", "text", { short: "o" })],
  prepare(given) {
    return function* (session) {
      session.print(`Client Version: ${CLIENT_VERSION}`);
      if (given.isSet("client")) return;
      const node = yield* controlPlaneNode(session);
      session.print(`Server Version: ${node?.status?.nodeInfo?.kubeletVersion ?? CLIENT_VERSION}`);
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
