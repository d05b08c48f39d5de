import type { Ledger } from "./ledger.ts";
import type { Product } from "./product.ts";
import type { Provider } from "./provider.ts";
import type { Random } from "./random.ts";

/** What a fault may touch. */
export type World = { product: Product; provider: Provider; random: Random; ledger: Ledger };

/** One kind of fault. `run` resolves when its cause is over, or with false where there was nothing to strike. */
export type Fault = {
  name: string;
  /** How often it is picked, against the others. */
  weight: number;
  isKill?: boolean;
  /** It takes the database away as a whole: no two of these follow each other closely. */
  isHeavy?: boolean;
  /** Whether this run has what it strikes. */
  isPossible?: (product: Product) => boolean;
  run: (world: World) => Promise<boolean | void>;
};
