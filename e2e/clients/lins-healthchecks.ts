import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import sys
from lins_healthchecks import api
uuid, ping_url = sys.argv[1:]
answers = [api.reportar_inicio(ping_url), api.reportar_sucesso(ping_url), api.reportar_falha(ping_url),
           api.listar(), api.buscar(uuid), api.listar_pings(uuid), api.listar_mudancas_de_status(uuid),
           api.listar_integracoes(), api.listar_badges(), api.atualizar(uuid, {"tags": "lins"}),
           api.pausar_monitoramento(uuid)]
print(sorted({answer.status_code for answer in answers}), file=sys.stderr)
`;

/** PyPI's lins-healthchecks, whose GETs have a body. */
export const linsHealthchecks: Trial = {
  name: "lins-healthchecks",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("lins-healthchecks==1.0.2", "pytz==2024.2", "requests==2.34.2");
    steps.version = "1.0.2";
    await steps.step(
      "all of its calls",
      '[200] start "{}", success "{}", fail "{}"; run success; run fail',
      async () => {
        const check = await overdue.addCheck();
        const env = {
          LINS_HEALTH_CHECK_BASE_URL: overdue.origin,
          HEALTH_CHECKS_API_KEY: overdue.keys.write,
        };
        const { err } = await python.run(SCRIPT, [check.uuid, check.pingUrl], { env });
        return `${err.trim().slice(-200)} ${await overdue.seen(check)}`;
      },
    );
  }),
};
