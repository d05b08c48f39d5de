import { chromium } from "playwright";
const [,, origin, email, password, width="1280"] = process.argv;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: Number(width), height: 800 } });
const page = await context.newPage();
await page.addInitScript(() => { window.__cls = []; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.__cls.push({ v: e.value, at: Math.round(e.startTime), s: e.sources.map((x) => { const n = x.node; const el = n?.nodeType === 1 ? n : n?.parentElement; return (el ? el.tagName + "." + el.className + ":" + (el.textContent ?? "").slice(0, 50) : "?") + ` ${Math.round(x.previousRect.top)}->${Math.round(x.currentRect.top)} h${Math.round(x.previousRect.height)}->${Math.round(x.currentRect.height)}`; }) }); }).observe({ type: "layout-shift", buffered: true }); });
await page.goto(origin + "/sign-in"); await page.getByLabel(/e-?mail/i).fill(email); await page.getByLabel("Password", { exact: true }).fill(password); await page.keyboard.press("Enter"); await page.waitForURL(/checks/);
await page.waitForTimeout(1500);
const links = await page.$$eval("a[href*='/checks/']", (as) => [...new Set(as.map((a) => a.getAttribute("href")))].filter((h) => /checks\/[0-9a-f-]{36}$/.test(h)).slice(0, 12));
const listUrl = page.url();
for (const url of [listUrl, ...[links[0], links[1], links[9]].map((l) => origin + l)]) {
  await page.goto(url); await page.waitForTimeout(3500);
  const cls = await page.evaluate(() => window.__cls);
  console.log(url.replace(origin, ""), "CLS", cls.reduce((a, e) => a + e.v, 0).toFixed(3));
  for (const e of cls.filter((e) => e.v > 0.005)) console.log("  ", e.v.toFixed(3), e.at + "ms", e.s.join(" | "));
}
await browser.close();
