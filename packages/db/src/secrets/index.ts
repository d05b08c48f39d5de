export {
  derive,
  hasKeyOf,
  isSameSecret,
  keyringOf,
  LostKey,
  seal,
  unseal,
  type Keyring,
  type Place,
} from "./keyring.ts";
export { countSealed, resealAll, type Resealed, type SealedCount } from "./reseal.ts";
export {
  API_KEY_FORM,
  isKey,
  isOwnPingKey,
  newApiKey,
  newPingKey,
  storedKey,
  type KeyScope,
} from "./api-key.ts";
export {
  createKey,
  type NewKey,
  findKey,
  type KeyRow,
  checkBroughtKey,
  KEY_REFUSALS,
  listKeysMadeBy,
  listKeys,
  revokeKey,
  rotateKey,
  touchKey,
} from "../keys/keys.ts";
