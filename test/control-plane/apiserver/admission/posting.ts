/** An API server that answers at once, and what it makes of new objects. */
import type { ApiObject } from "../../../../src/api/types/meta.js";
import type { Pod, PodSpec } from "../../../../src/api/types/pod.js";
import {
  defaultAdmissionPlugins,
  type DefaultAdmissionOptions,
} from "../../../../src/control-plane/apiserver/admission/default-plugins.js";
import type { ApiServer } from "../../../../src/control-plane/apiserver/api-server.js";
import type { Result } from "../../../../src/control-plane/apiserver/client.js";
import { SECOND } from "../../../../src/engine/simulation.js";
import { instantServer, pod } from "../pods.js";

export interface Posting {
  readonly server: ApiServer;
  /** The object as it is stored, a second later. @throws Error with the API server's message */
  readonly post: <T extends ApiObject>(object: T) => T;
  /** The message with which the object is refused; undefined where it is not. */
  readonly refusal: (object: ApiObject) => string | undefined;
  /** The stored spec of a pod with the fields given beside one container. */
  readonly podSpec: (fields: Partial<PodSpec>, metadata?: Partial<Pod["metadata"]>) => PodSpec;
}

let pods = 0;

/** A pod of a name of its own, with the fields given beside one container. */
export function podWith(fields: Partial<PodSpec>, metadata: Partial<Pod["metadata"]> = {}): Pod {
  const name = `p-${pods++}`;
  return pod(name, { spec: { containers: [{ name: "c", image: "nginx:1.27" }], ...fields }, metadata: { name, ...metadata } });
}

export function posting(options: DefaultAdmissionOptions = {}): Posting {
  const { server, simulation } = instantServer({ admission: defaultAdmissionPlugins(options) });
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const answer = <T extends ApiObject>(object: T): Result<T> => {
    let given: Result<T> | undefined;
    client.create(object as never, (result) => {
      given = result as unknown as Result<T>;
    });
    simulation.run(simulation.now + SECOND);
    return given!;
  };
  const post = <T extends ApiObject>(object: T): T => {
    const result = answer(object);
    if (!result.ok) throw new Error(result.status.message);
    return result.object;
  };
  return {
    server,
    post,
    refusal: (object) => {
      const result = answer(object);
      return result.ok ? undefined : result.status.message;
    },
    podSpec: (fields, metadata) => post(podWith(fields, metadata)).spec,
  };
}
