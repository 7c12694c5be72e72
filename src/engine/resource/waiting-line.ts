/** Customers who wait, first come first served, in a ring that is used again: no allocation per customer. */
import type { SimTime } from "../simulation.js";

const FIRST_CAPACITY = 16;

export class WaitingLine<Customer> {
  private customers = new Array<Customer | undefined>(FIRST_CAPACITY).fill(undefined);
  /** Service time and time of arrival of each customer. */
  private times = new Float64Array(2 * FIRST_CAPACITY);
  private first = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(customer: Customer, service: SimTime, arrival: SimTime): void {
    if (this.count === this.customers.length) this.grow();
    const place = this.place(this.count++);
    this.customers[place] = customer;
    this.times[2 * place] = service;
    this.times[2 * place + 1] = arrival;
  }

  /** Service time of the first customer; the line must not be empty. */
  get service(): SimTime {
    return this.times[2 * this.first];
  }

  /** Time at which the first customer arrived; the line must not be empty. */
  get arrival(): SimTime {
    return this.times[2 * this.first + 1];
  }

  /** Takes the first customer; the line must not be empty. */
  shift(): Customer {
    const customer = this.customers[this.first] as Customer;
    this.customers[this.first] = undefined;
    this.first = this.place(1);
    this.count--;
    return customer;
  }

  /** Takes a customer out of the line, wherever he stands; those at the head are found first. Returns false where he does not wait. */
  remove(customer: Customer): boolean {
    for (let i = 0; i < this.count; i++) {
      if (this.customers[this.place(i)] !== customer) continue;
      for (let j = i; j > 0; j--) this.move(this.place(j - 1), this.place(j));
      this.shift();
      return true;
    }
    return false;
  }

  private place(i: number): number {
    return (this.first + i) & (this.customers.length - 1);
  }

  private move(from: number, to: number): void {
    this.customers[to] = this.customers[from];
    this.times[2 * to] = this.times[2 * from];
    this.times[2 * to + 1] = this.times[2 * from + 1];
  }

  private grow(): void {
    const capacity = this.customers.length;
    const customers = new Array<Customer | undefined>(2 * capacity).fill(undefined);
    const times = new Float64Array(4 * capacity);
    for (let i = 0; i < this.count; i++) {
      const place = this.place(i);
      customers[i] = this.customers[place];
      times[2 * i] = this.times[2 * place];
      times[2 * i + 1] = this.times[2 * place + 1];
    }
    this.customers = customers;
    this.times = times;
    this.first = 0;
  }
}
