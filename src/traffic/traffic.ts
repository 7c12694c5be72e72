/** All load of a run: generators, and the pods that serve as stations. */
import { objectKey } from "../api/kinds.js";
import type { Pod } from "../api/types/pod.js";
import type { HandlerId, SimTime, Simulation } from "../engine/simulation.js";
import type { Load } from "./load.js";
import { LoadGenerator } from "./load-generator.js";
import type { TrafficNetwork, TrafficServer } from "./network.js";
import type { Request } from "./request.js";
import type { RequestObserver } from "./request-record.js";
import type { ServerBehaviorSource } from "./server-behavior.js";
import { ServerStation } from "./server-station.js";

export interface TrafficOptions {
  readonly simulation: Simulation;
  readonly network: TrafficNetwork;
  readonly behaviors: ServerBehaviorSource;
  readonly observer?: RequestObserver;
}

export class Traffic {
  private readonly options: TrafficOptions;
  private readonly requests: Request[] = [];
  private readonly stations = new Map<TrafficServer, ServerStation>();
  private readonly stationByKey = new Map<string, ServerStation>();
  private readonly generators = new Map<string, LoadGenerator>();
  private readonly depart: HandlerId;

  constructor(options: TrafficOptions) {
    this.options = options;
    this.depart = options.simulation.register((id) => {
      const request = this.requests[id];
      request.station!.finish(request);
    });
    options.network.onServerLost((server, answer) => {
      const station = this.stations.get(server);
      if (station === undefined) return;
      station.lose(answer);
      this.stations.delete(server);
      if (this.stationByKey.get(server.key) === station) this.stationByKey.delete(server.key);
    });
  }

  /** Begins a load at the current time. */
  start(load: Load): LoadGenerator {
    const { simulation, network, observer } = this.options;
    const generator = new LoadGenerator(load, {
      simulation,
      network,
      observer,
      requests: this.requests,
      stationOf: (request) => this.stationOf(request.connection.server!),
    });
    this.generators.set(load.name, generator);
    return generator;
  }

  generator(name: string): LoadGenerator | undefined {
    return this.generators.get(name);
  }

  /** Time that a pod's workers have been busy with requests since its processes began to listen, microseconds. */
  busyTime(pod: Pod): SimTime {
    return this.stationByKey.get(objectKey(pod))?.busyTime() ?? 0;
  }

  /** Requests that a pod has answered since its processes began to listen. */
  served(pod: Pod): number {
    return this.stationByKey.get(objectKey(pod))?.served ?? 0;
  }

  private stationOf(server: TrafficServer): ServerStation {
    let station = this.stations.get(server);
    if (station === undefined) {
      const { simulation, behaviors } = this.options;
      station = new ServerStation(
        server,
        behaviors(server.pod),
        simulation,
        simulation.stream(`traffic/server/${server.key}`),
        this.depart,
      );
      this.stations.set(server, station);
      this.stationByKey.set(server.key, station);
    }
    return station;
  }
}
