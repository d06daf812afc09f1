import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '@tramontane/guards/metrics';
import { createServerMetrics } from '../../packages/agents/src/telemetry/metrics.ts';
import { openWorkers } from '../../packages/mcp-server/src/workers/workers.fixture.ts';
import { openApiServer } from '../api/open-api-server.ts';
import { ROOT } from '../architecture/source-file.ts';

const read = (path: string) => readFileSync(`${ROOT}deploy/compose/${path}`, 'utf8');

interface Composed {
  readonly services: Record<string, { volumes?: string[]; entrypoint?: string[]; environment?: object }>;
}
interface Prometheus {
  readonly rule_files: string[];
  readonly scrape_configs: {
    job_name: string;
    authorization: { credentials_file: string };
    static_configs: { targets: string[] }[];
  }[];
}
interface Panel {
  readonly type: string;
  readonly title: string;
  readonly datasource?: { uid: string };
  readonly targets?: { expr: string }[];
}
interface Alerts {
  readonly groups: { rules: { alert: string; expr: string }[] }[];
}

const { services } = parse(read('compose.yaml')) as Composed;
const prometheus = parse(read('prometheus/prometheus.yaml')) as Prometheus;
const { panels } = JSON.parse(read('grafana/dashboards/tramontane.json')) as { panels: Panel[] };
const { groups } = parse(read('prometheus/alerts.yaml')) as Alerts;
const expressions = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ of: title, expr }))),
  ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ of: alert, expr }))),
];

test('Prometheus asks the servers of the compose file, with a token that they take', () => {
  for (const { job_name: job, authorization, static_configs: configs } of prometheus.scrape_configs) {
    expect(configs).toEqual([{ targets: [`${job}:8000`] }]);
    const { environment = {} } = services[job] ?? {};
    expect(Object.entries(environment).filter(([name]) => name.endsWith('METRICS_TOKEN'))).toEqual([
      [expect.any(String), expect.stringContaining('${METRICS_TOKEN')],
    ]);
    const script = services['prometheus']?.entrypoint?.at(-1);
    expect(script).toContain(`printf %s "$$METRICS_TOKEN" > ${authorization.credentials_file}\n`);
  }
  const mounted = services['prometheus']?.volumes?.map(volume => volume.split(':')[1]);
  expect(mounted).toEqual(expect.arrayContaining(prometheus.rule_files));
});

test('Grafana finds Prometheus and the dashboard', () => {
  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yaml')) as {
    datasources: { uid: string; url: string }[];
  };
  const [source] = datasources;
  expect(services).toHaveProperty(new URL(source?.url ?? '').hostname);
  const charts = panels.filter(({ type }) => type !== 'row');
  expect(charts.length).toBeGreaterThan(10);
  for (const { title, datasource } of charts) expect([title, datasource?.uid]).toEqual([title, source?.uid]);
  const { providers } = parse(read('grafana/provisioning/dashboards/files.yaml')) as {
    providers: { options: { path: string } }[];
  };
  const mounted = services['grafana']?.volumes?.map(volume => volume.split(':')[1]);
  expect(mounted).toContain(providers[0]?.options.path);
});

/** Names of metrics in an expression of PromQL: what is neither a function, a label nor a text. */
function metricsIn(expr: string): readonly string[] {
  const bare = expr.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b([a-z]\w*)\b(?!\s*\()/g)]
    .map(([, name = '']) => name)
    .filter(name => name !== 'by');
}

const labelsIn = (expr: string): readonly string[] => [
  ...[...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)].map(([, label = '']) => label),
  ),
  ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(/,\s*/)),
];

/** What a text of Prometheus tells of: a histogram also by its parts. */
function exportedBy(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

test('every metric of the dashboard and the alerts is one that running servers export', async () => {
  const workers = await openWorkers(['--workers', '2']);
  onTestFinished(async () => {
    workers.child.kill('SIGTERM');
    await workers.exited;
  });
  const api = await openApiServer();
  onTestFinished(() => api.close());
  const withRedis = createMetrics({ process: false, rateStore: { shared: () => true } });
  const exported = new Set([
    // Prometheus makes this one itself.
    'up',
    ...exportedBy(String((await workers.send('/metrics')).body)),
    ...exportedBy((await api.send('GET', '/metrics')).text),
    ...exportedBy(await withRedis.text()),
  ]);
  const missing = expressions.flatMap(({ of, expr }) =>
    metricsIn(expr).flatMap(name => (exported.has(name) ? [] : [`${of}: ${name}`])),
  );
  expect(missing).toEqual([]);
  expect(new Set(expressions.flatMap(({ expr }) => metricsIn(expr))).size).toBeGreaterThan(15);
});

/** A metric of prom-client, of which the types do not show everything. */
interface Described {
  readonly name: string;
  readonly labelNames?: readonly string[];
}

test('every label of the dashboard and the alerts is one of its metric', () => {
  const labelsOf = new Map<string, readonly string[]>();
  const note = (registry: { getMetricsAsArray(): readonly object[] }): void => {
    for (const metric of registry.getMetricsAsArray() as readonly Described[]) {
      for (const part of [metric.name, `${metric.name}_bucket`]) labelsOf.set(part, metric.labelNames ?? []);
    }
  };
  note(createMetrics({ rateStore: { shared: () => true } }).registry);
  note(createServerMetrics({ connectionStates: () => [], isRateStoreShared: () => true }).registry);
  // Of two servers with a metric of the same name, one has to have the label.
  const wrong = expressions.flatMap(({ of, expr }) => {
    const known = new Set(['job', 'le', ...metricsIn(expr).flatMap(name => labelsOf.get(name) ?? [])]);
    return labelsIn(expr).flatMap(label => (known.has(label) ? [] : [`${of}: ${label}`]));
  });
  expect(wrong).toEqual([]);
});
