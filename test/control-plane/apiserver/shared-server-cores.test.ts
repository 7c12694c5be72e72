import { describe, expect, it } from "vitest";
import { LatencySampler } from "../../../src/control-plane/apiserver/latencies.js";
import type { RequestWork, Sender, Verb } from "../../../src/control-plane/apiserver/request.js";
import { SharedServerCores } from "../../../src/control-plane/apiserver/shared-server-cores.js";
import type { TakenRequest } from "../../../src/control-plane/apiserver/server-cores.js";
import { constant, type Distribution } from "../../../src/engine/distribution.js";
import { MILLISECOND, Simulation } from "../../../src/engine/simulation.js";

const CALLER = { component: "kubelet", user: "system:node:worker-1", groups: [], host: "worker-1" };

function setUp(cores: number, validation: Distribution = constant(MILLISECOND)) {
  const simulation = new Simulation({ seed: 1 });
  const sampler = (distribution: Distribution) => new LatencySampler(simulation, "validation", distribution);
  const arrivals: [slot: number, at: number][] = [];
  const server = new SharedServerCores(
    simulation,
    cores,
    {
      network: sampler(constant(0)),
      authorization: sampler(constant(MILLISECOND)),
      mutatingAdmission: sampler(constant(MILLISECOND)),
      validation: sampler(validation),
    },
    (slot) => arrivals.push([slot, simulation.now / MILLISECOND]),
  );
  const sender = (): Sender => ({ caller: CALLER, reserve: undefined, arrivals: new Map() });
  const take = (slot: number, from: Sender, verb: Verb, name: string, traced = false): TakenRequest => {
    const work: RequestWork = {
      verb,
      subresource: "",
      target: { kind: "Pod", namespace: "default", name },
      precondition: undefined,
      handle: () => [],
      done: undefined,
    };
    const request: TakenRequest = { sender: from, work, sent: simulation.now, steps: undefined };
    server.take(slot, request, traced);
    return request;
  };
  return { simulation, arrivals, sender, take };
}

/** One long job, then short ones. */
function longFirst(): Distribution {
  let drawn = 0;
  return { ...constant(0), sample: () => (drawn++ === 0 ? 10 : 1) * MILLISECOND };
}

describe("a server whose requests share its cores", () => {
  it("is done with a read after its authorisation, with a write after all three steps", () => {
    const { simulation, arrivals, sender, take } = setUp(2);
    take(0, sender(), "get", "a");
    take(1, sender(), "update", "b");
    simulation.run();
    expect(arrivals).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  it("lets no write of an object overtake an earlier one of the same client", () => {
    const { simulation, arrivals, sender, take } = setUp(8, longFirst());
    const client = sender();
    take(0, client, "update", "a");
    take(1, client, "update", "a");
    simulation.run();
    expect(arrivals).toEqual([
      [0, 12],
      [1, 12],
    ]);
  });

  it("lets writes of other objects and of other clients pass", () => {
    const { simulation, arrivals, sender, take } = setUp(8, longFirst());
    const client = sender();
    take(0, client, "update", "a");
    take(1, client, "update", "b");
    take(2, sender(), "update", "a");
    simulation.run();
    expect(arrivals).toEqual([
      [1, 3],
      [2, 3],
      [0, 12],
    ]);
  });

  it("notes when a request was done with which step, where somebody traces", () => {
    const { simulation, sender, take } = setUp(1);
    const traced = take(0, sender(), "update", "a", true);
    const untraced = take(1, sender(), "update", "b");
    simulation.run();
    expect(traced.steps).toMatchObject({ received: 0, authorized: 2 * MILLISECOND, admitted: 4 * MILLISECOND, validated: 6 * MILLISECOND });
    expect(untraced.steps).toBeUndefined();
  });
});
