export { asAdministrator } from "./postgres/template.ts";
export { testDatabase } from "./postgres/test-database.ts";
export type { TestDatabase } from "./postgres/test-database.ts";
export { redisMissing, testRedis, testRedisCluster, testRedisSentinel } from "./redis/test-redis.ts";
export type { TestRedis, TestRedises } from "./redis/test-redis.ts";
export { pgBouncerMissing, startPgBouncer } from "./postgres/pgbouncer.ts";
export { testReplica, type TestReplica } from "./postgres/replica.ts";
export { promtool } from "./prometheus/promtool.ts";
export { startFakeSlack, slackLimit, type FakeSlack, type SlackMessage } from "./fakes/slack.ts";
export { testCertificates, type TestCertificate } from "./fakes/certificates.ts";
export { startFakeSmtp, type FakeSmtp, type ReceivedMail, type SmtpFault } from "./fakes/smtp.ts";
export {
  startFakeTelegram,
  telegramLimit,
  type FakeTelegram,
  type TelegramMessage,
} from "./fakes/telegram.ts";
export { type FakeOldProduct, startFakeOldProduct } from "./fakes/old-product.ts";
export { decryptPush, startPushService } from "./fakes/push-service.ts";
export { startFakeWebhook, type FakeWebhook } from "./fakes/webhook.ts";
export {
  providerNames,
  startFakeProviders,
  type FakeProviders,
  type ProviderName,
} from "./fakes/provider.ts";
export { type FakeRequest, type Fault, type HttpFake, startHttpFake } from "./fakes/http-fake.ts";
export {
  alertScene,
  SCENE_SECRET,
  sceneKeyring,
  type AlertScene,
  type Written,
} from "./scenes/alert-scene.ts";
export { aCheck, anArrival, aProject, type SceneCheck } from "./scenes/check-scene.ts";
export { aPlan } from "./scenes/plan-scene.ts";
export { mulberry32 } from "@overdue/simulator/random";
export { choicesFrom } from "./scenes/random.ts";
export { askedFuzz, askedStormSize } from "./scenes/asked-sizes.ts";
export { keptInstall } from "./installs/kept-install.ts";
