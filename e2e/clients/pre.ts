import { fromGo, testsFromGo } from "/tmp/w/clients/e2e/clients/harness/install.ts";
try { console.log(await testsFromGo("github.com/kristofferahl/go-healthchecksio/v2@v2.1.0")); } catch (e) { console.log(e) }
try { console.log(await fromGo("github.com/favonia/cloudflare-ddns@v1.17.0", "/cmd/ddns")); } catch (e) { console.log(e) }
