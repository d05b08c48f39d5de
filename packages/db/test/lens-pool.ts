import { type AddLast, Pool, type PoolClient } from "../src/connection/pool.ts";
import type { Rows } from "../src/connection/session.ts";

/** How a `LensPool` sends its statements: to which pool, and whether it leaves out their condition on the project. */
export type Lens = { to: Pool; isStripped: boolean };

/** A pool for tests: it sends each statement elsewhere, and may take the condition `project_id = …` out of it before. */
export class LensPool extends Pool {
  readonly #own: Pool;
  lens: Lens;

  constructor(own: Pool) {
    super({ url: "", name: "lens", max: 0 });
    this.#own = own;
    this.lens = { to: own, isStripped: false };
  }

  /** Runs `work` through another lens. */
  async through<T>(lens: Lens, work: () => Promise<T>): Promise<T> {
    this.lens = lens;
    try {
      return await work();
    } finally {
      this.lens = { to: this.#own, isStripped: false };
    }
  }

  override async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return await this.lens.to.query<Row>(this.#seen(text), values);
  }

  override async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.lens.to.queryValues(this.#seen(text), values);
  }

  override async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await this.lens.to.use((client) => work(this.#seenBy(client)));
  }

  override async transaction<T>(work: (client: PoolClient, addLast: AddLast) => Promise<T>): Promise<T> {
    return await this.lens.to.transaction((client, addLast) => work(this.#seenBy(client), addLast));
  }

  override async connect(): Promise<PoolClient> {
    return await this.lens.to.connect();
  }

  #seen(text: string): string {
    return this.lens.isStripped ? withoutProject(text) : text;
  }

  /** The client itself, whose statements are changed before they are sent. */
  #seenBy(client: PoolClient): PoolClient {
    if (!this.lens.isStripped) return client;
    return new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        const isStatement = name === "query" || name === "queryValues";
        return (text: unknown, ...values: unknown[]): unknown =>
          Reflect.apply(member, target, [isStatement ? withoutProject(String(text)) : text, ...values]);
      },
    });
  }
}

/** The statement without its conditions on the project; their parameters keep their places and their type. */
function withoutProject(text: string): string {
  return text.replaceAll(/(?:"?\w+"?\.)?"?project_id"? = (\$\d+)(?:::uuid)?/g, "($1::uuid is not null)");
}
