import fs from 'node:fs';
import path from 'node:path';
const here = path.dirname(new URL(import.meta.url).pathname);
export const cases = (n) => JSON.parse(fs.readFileSync(path.join(here, 'cases.json'), 'utf8')).slice(0, n);
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
export const now = () => performance.timeOrigin + performance.now();
export function pct(a, p) {
  const s = [...a].sort((x, y) => x - y);
  return s[Math.min(s.length - 1, Math.floor(p * s.length))];
}
export function out(o) {
  process.stdout.write('RESULT ' + JSON.stringify(o) + '\n', () => process.exit(0));
}
export const [job, port, n] = [process.argv[2], +process.argv[3], +process.argv[4] || 0];
export const clientRss = () => Math.round(process.resourceUsage().maxRSS / 1024);
// a small (about 300 B) offline write: an action on a case
export const action = (i, c) => ({
  id: `act-${String(i).padStart(5, '0')}-${(Math.random() * 2 ** 48).toString(16)}`,
  kind: 'note',
  caseId: c.id,
  by: c.assignee,
  at: Date.now(),
  text: c.desc.slice(0, 60),
  ver: c.ver,
});
export function check(sum, want) {
  if (sum !== want) throw new Error(`verification failed: ${sum} != ${want}`);
}
// fan-out collector: each of K receivers reports write m once; the next write goes out when all K have the last one
export function collector(K, M) {
  const t0 = new Array(M),
    cnt = new Array(M).fill(0),
    lat = [];
  const done = new Array(M);
  return {
    send(m) {
      t0[m] = now();
      return new Promise((r) => (done[m] = r));
    },
    recv(m) {
      lat.push(now() - t0[m]);
      if (++cnt[m] === K) done[m]?.();
    },
    lat,
  };
}
export async function fanout(K, M, col, write) {
  let lost = 0;
  for (let m = 0; m < M; m++) {
    const all = col.send(m);
    await write(m);
    if ((await Promise.race([all, sleep(10000).then(() => 'late')])) === 'late') lost++;
    await sleep(30);
  }
  const l = col.lat;
  return {
    clients: K,
    writes: M,
    got: l.length,
    want: K * M,
    late_writes: lost,
    p50_ms: pct(l, 0.5),
    p99_ms: pct(l, 0.99),
    max_ms: Math.max(...l),
    clientRssMB: clientRss(),
  };
}
export const TEXT =
  '补充身份证复印件一份，低保住房补贴材料已核实，需要邻里证明与就业失业登记，经办人员意见如下，请在三个工作日内补正后再提交。';
export const RUN = process.pid + '-' + Date.now(); // marks this run's rows, so that a second run on the same server does not count the first one's
