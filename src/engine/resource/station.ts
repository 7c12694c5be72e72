/** A station: parallel servers with waiting lines before them, such as the request slots of an API server, a disk, or the worker threads of an application. */
import type { EventId, HandlerId, Simulation, SimTime } from "../simulation.js";
import { TimeWeighted } from "../statistics/time-weighted.js";
import { WaitingLine } from "./waiting-line.js";

export interface StationOptions<Customer> {
  /** Servers that work in parallel, at least 0. */
  readonly servers: number;
  /** Number of priority classes, each with a line of its own; class 0 is served first. Service that has begun is not interrupted. Default 1. */
  readonly classes?: number;
  /** Most customers that may wait; without it, any number. */
  readonly capacity?: number;
  /** Called when service begins, with the time that the customer waited. */
  readonly onStart?: (customer: Customer, waited: SimTime) => void;
  /** Called when service ends; the server is free by then, or serves the next. */
  readonly onDone: (customer: Customer) => void;
}

export class Station<Customer> {
  /** Number of customers who wait, over time. */
  readonly waiting: TimeWeighted;
  /** Number of servers at work, over time. */
  readonly busy: TimeWeighted;

  private readonly lines: WaitingLine<Customer>[];
  private readonly capacity: number;
  private readonly onStart: ((customer: Customer, waited: SimTime) => void) | undefined;
  private readonly onDone: (customer: Customer) => void;
  private readonly finish: HandlerId;
  /** Who is served where, and the event that ends it. */
  private readonly served: (Customer | undefined)[] = [];
  private readonly ends: EventId[] = [];
  private readonly freePlaces: number[] = [];
  private limit: number;
  private completed = 0;

  constructor(
    private readonly simulation: Simulation,
    options: StationOptions<Customer>,
  ) {
    this.limit = requireWhole("servers", options.servers);
    this.capacity = options.capacity ?? Number.POSITIVE_INFINITY;
    this.lines = Array.from({ length: requireWhole("classes", options.classes ?? 1) }, () => new WaitingLine<Customer>());
    this.onStart = options.onStart;
    this.onDone = options.onDone;
    this.waiting = new TimeWeighted(simulation);
    this.busy = new TimeWeighted(simulation);
    this.finish = simulation.register((place) => this.end(place));
  }

  /** Number of customers whose service ended. */
  get done(): number {
    return this.completed;
  }

  get servers(): number {
    return this.limit;
  }

  /** Changes the number of servers. Fewer servers finish what they began. */
  set servers(servers: number) {
    this.limit = requireWhole("servers", servers);
    this.startWaiting();
  }

  /** A customer arrives, who needs a server for the time `service`. Returns false where he is turned away because too many wait. */
  arrive(customer: Customer, service: SimTime, priorityClass = 0): boolean {
    // One who arrives while a server is being given to the first who waits must not pass the others.
    if (this.busy.value < this.limit && this.waiting.value === 0) {
      this.start(customer, service, 0);
      return true;
    }
    if (this.waiting.value >= this.capacity) return false;
    this.lines[priorityClass].push(customer, service, this.simulation.now);
    this.waiting.add(1);
    return true;
  }

  /** A customer who waits goes away. Returns false where he does not wait. */
  withdraw(customer: Customer, priorityClass = 0): boolean {
    const isGone = this.lines[priorityClass].remove(customer);
    if (isGone) this.waiting.add(-1);
    return isGone;
  }

  /** Breaks all service off and empties the lines. Returns those who were served and those who waited, in that order. */
  clear(): Customer[] {
    const customers: Customer[] = [];
    for (const [place, customer] of this.served.entries()) {
      if (customer === undefined) continue;
      this.simulation.cancel(this.ends[place]);
      customers.push(this.leave(place));
    }
    for (const line of this.lines) while (line.length > 0) customers.push(line.shift());
    this.waiting.set(0);
    return customers;
  }

  private start(customer: Customer, service: SimTime, waited: SimTime): void {
    const place = this.freePlaces.length > 0 ? this.freePlaces.pop()! : this.served.length;
    this.served[place] = customer;
    this.ends[place] = this.simulation.schedule(service, this.finish, place);
    this.busy.add(1);
    this.onStart?.(customer, waited);
  }

  private end(place: number): void {
    const customer = this.leave(place);
    this.completed++;
    this.startWaiting();
    this.onDone(customer);
  }

  private leave(place: number): Customer {
    const customer = this.served[place] as Customer;
    this.served[place] = undefined;
    this.freePlaces.push(place);
    this.busy.add(-1);
    return customer;
  }

  private startWaiting(): void {
    while (this.busy.value < this.limit) {
      const line = this.lines.find((candidate) => candidate.length > 0);
      if (line === undefined) return;
      const { service, arrival } = line;
      this.waiting.add(-1);
      this.start(line.shift(), service, this.simulation.now - arrival);
    }
  }
}

function requireWhole(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 0))
    throw new RangeError(`${name} of a station must be a whole number of at least 0, not ${value}`);
  return value;
}
