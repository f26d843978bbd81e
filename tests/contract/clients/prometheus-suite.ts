import { expect, it } from "vitest";
import { createPrometheus } from "#lib/clients/prometheus/create-prometheus";
import { encode, equal, literally, matching, select } from "#lib/metrics/promql-rules";
import { Invalid } from "#lib/platform/errors";
import { type History, HOSTILE_NAMES } from "../../clients/prometheus-history.ts";

const MINUTE_MS = 60_000;

/** What our client makes of any Prometheus that holds the synthetic history. */
export function prometheusSuite(access: () => { url: string; history: History }): void {
  const prometheus = () => createPrometheus({ url: `${access().url}/`, random: () => 0 });
  const at = (minute: number) => access().history.start + minute * MINUTE_MS;

  it("answers that it is there", async () => {
    await prometheus().ping();
  });

  it("tells the samples of a range step by step, and none where the target was silent", async () => {
    const query = encode(select("memory_bytes", [equal("pod", "web-1")]));
    const range = { startMs: at(20), endMs: at(50), stepMs: MINUTE_MS };
    const [series, ...others] = await prometheus().queryRange(query, range);
    expect(others).toEqual([]);
    expect(series?.labels).toMatchObject({ pod: "web-1", job: "web" });
    const minutes = series?.samples.map(({ atMs }) => (atMs - at(20)) / MINUTE_MS) ?? [];
    expect(minutes.every(Number.isInteger)).toBe(true);
    expect(minutes).toContain(0);
    expect(minutes).toContain(30);
    // Silent from minute 30 to 38; the lookback covers the first five of them.
    expect(minutes).not.toContain(17);
    expect(series?.samples.every(({ value }) => value > 9e8 && value < 1.2e9)).toBe(true);
  });

  it("tells what was scraped, sample by sample, of a range at a moment", async () => {
    const query = encode(select("memory_bytes", [equal("pod", "web-1")], 60));
    const [series] = await prometheus().queryInstant(query, at(20));
    const gaps = series?.samples.slice(1).map(({ atMs }, index) => atMs - (series.samples[index]?.atMs ?? 0)) ?? [];
    expect(gaps.length).toBeGreaterThan(1);
    for (const gap of gaps) expect(Math.round(gap / 1000)).toBe(15);
  });

  it("reads numbers that JSON has no word for", async () => {
    const all = await prometheus().queryInstant(encode(select("odd", [])), at(20));
    expect(Object.fromEntries(all.map(({ labels, samples }) => [labels.is, samples[0]?.value]))).toEqual({
      nan: Number.NaN,
      inf: Infinity,
      tiny: 1.5e-9,
      huge: 1.25e22,
    });
  });

  it("takes no data for an empty list", async () => {
    expect(await prometheus().queryInstant(encode(select("nothing", [])), at(20))).toEqual([]);
    const range = { startMs: at(0), endMs: at(5), stepMs: MINUTE_MS };
    expect(await prometheus().queryRange(encode(select("nothing", [])), range)).toEqual([]);
  });

  it.each(HOSTILE_NAMES)("finds exactly what is called %j, by name and by pattern", async (name) => {
    for (const matcher of [equal("name", name), matching("name", literally(name))]) {
      const found = await prometheus().queryInstant(encode(select("named", [matcher])), at(20));
      expect(found.map(({ labels }) => labels.name)).toEqual([name]);
    }
  });

  it("says what a refused query is refused for", async () => {
    const refused = prometheus().queryRange("up{", { startMs: at(0), endMs: at(5), stepMs: MINUTE_MS });
    await expect(refused).rejects.toThrow(Invalid);
    await expect(refused).rejects.toThrow(
      "Prometheus does not accept the request (400): 1:4: parse error: unexpected end of input inside braces",
    );
    const endless = prometheus().queryRange("up", { startMs: at(0), endMs: at(60), stepMs: 100 });
    await expect(endless).rejects.toThrow(/11,000 points/);
  });
}
