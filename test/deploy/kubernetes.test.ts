import { globSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../architecture/source-file.ts';
import { findProblems, type Manifest } from './kubernetes-schemas.ts';
import { renderChart, renderTemplate } from './render-chart.ts';

const CHART = 'deploy/helm/tramontane';

function toManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

const plain = globSync('deploy/kubernetes/*.yaml', { cwd: ROOT })
  .sort()
  .flatMap(path => toManifests(readFileSync(`${ROOT}${path}`, 'utf8')));
const rendered = toManifests(renderChart(CHART));
const scaled = toManifests(renderChart(CHART, values => (values.autoscaling.enabled = true)));
const pulled = toManifests(
  renderChart(CHART, values => {
    values.imagePullSecrets.push({ name: 'registry' });
    values.networkPolicy.enabled = false;
    values.servers['docs'] = { image: 'docs:1', environment: { WORDS: 7 } };
  }),
);

function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter(one => one.kind === kind && one.metadata.name === name);
  expect({ kind, name, found: found.length }).toEqual({ kind, name, found: 1 });
  return found[0] as Manifest;
}

describe.each([
  ['plain', plain],
  ['rendered', rendered],
  ['rendered with an autoscaler', scaled],
  ['rendered with other values', pulled],
])('the manifests, %s', (_name, manifests) => {
  test('fit the schemas of Kubernetes, with no field that it does not know', () => {
    expect(manifests.length).toBeGreaterThan(8);
    expect(manifests.flatMap(findProblems)).toEqual([]);
  });

  test.each(['tramontane', 'mcp-server'])('of %s have what production needs', name => {
    const deployment = find(manifests, 'Deployment', name);
    expect(deployment.spec).toMatchObject({
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels: { app: name } } },
    });
    const pod = podOf(deployment);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const container = pod.containers[0];
    expect(container).toMatchObject({
      ports: [{ containerPort: 8000 }],
      resources: {
        requests: { memory: '256Mi', cpu: '250m' },
        limits: { memory: '512Mi', cpu: '500m' },
      },
      livenessProbe: {
        httpGet: { path: '/health', port: 8000 },
        initialDelaySeconds: 10,
        periodSeconds: 30,
      },
      readinessProbe: {
        httpGet: { path: '/health/ready', port: 8000 },
        initialDelaySeconds: 5,
        periodSeconds: 10,
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(find(manifests, 'Service', name).spec).toEqual({
      type: 'LoadBalancer',
      selector: { app: name },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8000 }],
    });
    expect(find(manifests, 'PodDisruptionBudget', name).spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { app: name } },
    });
  });

  test('give secrets by reference only', () => {
    const token = podOf(find(manifests, 'Deployment', 'mcp-server')).containers[0]?.env;
    expect(token).toContainEqual({
      name: 'MCP_SECRET_TOKEN',
      valueFrom: { secretKeyRef: { name: 'mcp-secrets', key: 'token' } },
    });
    const migrate = find(manifests, 'Job', 'tramontane-migrate');
    for (const pod of [podOf(find(manifests, 'Deployment', 'tramontane')), podOf(migrate)])
      for (const [name, key] of Object.entries({
        DATABASE_URL: 'database-url',
        TRAMONTANE_API_KEYS: 'api-keys',
        TRAMONTANE_SECRET_KEY: 'secret-key',
      }))
        expect(pod.containers[0]?.env).toContainEqual({
          name,
          valueFrom: { secretKeyRef: { name: 'tramontane-secrets', key } },
        });
    expect(podOf(migrate)).toMatchObject({ enableServiceLinks: false, restartPolicy: 'Never' });
    expect(podOf(migrate).containers[0]?.args).toEqual(['migrate']);
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

test('a stopping pod has more time than its pause and the drain take', () => {
  const drain = Number(
    /GRACE_MS = ([\d_]+)/
      .exec(readFileSync(`${ROOT}packages/agents/src/compose.ts`, 'utf8'))?.[1]
      ?.replaceAll('_', ''),
  );
  for (const name of ['tramontane', 'mcp-server']) {
    const pod = podOf(find(plain, 'Deployment', name));
    const pause = pod.containers[0]?.lifecycle.preStop.sleep.seconds ?? Number.NaN;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(pause + drain / 1000);
  }
});

test('three replicas, and at least three where there is an autoscaler', () => {
  for (const name of ['tramontane', 'mcp-server']) {
    expect(find(plain, 'Deployment', name).spec).toMatchObject({ replicas: 3 });
    expect(find(rendered, 'Deployment', name).spec).toMatchObject({ replicas: 3 });
    expect(find(scaled, 'Deployment', name).spec).not.toHaveProperty('replicas');
    for (const manifests of [plain, scaled])
      expect(find(manifests, 'HorizontalPodAutoscaler', name).spec).toMatchObject({
        minReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      });
  }
});

test('the network policy opens port 8000, and no way to the metadata of a cloud', () => {
  for (const name of ['tramontane', 'mcp-server']) {
    const { spec } = find(plain, 'NetworkPolicy', name);
    expect(spec).toMatchObject({
      podSelector: { matchLabels: { app: name } },
      ingress: [{ ports: [{ protocol: 'TCP', port: 8000 }] }],
    });
    expect(JSON.stringify(spec)).toContain('"except":["169.254.0.0/16"]');
  }
  expect(pulled.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
});

test('the plain manifests are what the chart makes of its own values', () => {
  const withoutHooks = (manifests: readonly Manifest[]) =>
    manifests
      .map(({ metadata: { name, labels }, ...rest }) => ({ ...rest, metadata: { name, labels } }))
      .sort((a, b) => (a.kind + a.metadata.name < b.kind + b.metadata.name ? -1 : 1));
  const autoscalers = scaled.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  expect(withoutHooks(plain)).toEqual(withoutHooks([...rendered, ...autoscalers]));
});

test('another value reaches its place', () => {
  const pod = podOf(find(pulled, 'Deployment', 'docs'));
  expect(pod).toMatchObject({ imagePullSecrets: [{ name: 'registry' }] });
  expect(pod.containers[0]).toMatchObject({ image: 'docs:1', env: [{ name: 'WORDS', value: '7' }] });
  expect(pod.containers[0]).not.toHaveProperty('args');
});

test('the chart says what it is', () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}packages/tramontane/package.json`, 'utf8')) as {
    version: string;
  };
  expect(parse(readFileSync(`${ROOT}${CHART}/Chart.yaml`, 'utf8'))).toMatchObject({
    apiVersion: 'v2',
    name: 'tramontane',
    version,
    appVersion: version,
  });
});

describe('the checks themselves', () => {
  const good = find(rendered, 'Deployment', 'mcp-server');

  test.each([
    ['a misspelled field', 'livenessProbe', 'livenesProbe', '/livenesProbe: no such field'],
    ['a text for a number', '"replicas":3', '"replicas":"three"', '/spec/replicas: type'],
    ['a missing field', '"name":"http",', '"name":"http","hostPort":"x",', '/hostPort: type'],
    ['another version', 'apps/v1', 'apps/v1beta1', 'no schema'],
  ])('find %s', (_name, from, to, problem) => {
    const bad = JSON.parse(JSON.stringify(good).replace(from, to)) as Manifest;
    expect(findProblems(good)).toEqual([]);
    expect(findProblems(bad).join('\n')).toContain(problem);
  });

  test.each([
    '{{ include "x" . }}',
    '{{ .Values.replica }}',
    '{{- if .Values.replicas }}',
    '{{ 1 | upper }}',
  ])('the renderer refuses %s', template => {
    expect(() => renderTemplate(template, { Values: { replicas: 3 } })).toThrow(
      /not part of what the chart may use|no value|without its end/,
    );
  });
});

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly env: readonly unknown[];
    readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  }[];
}

function podOf(manifest: Manifest): Pod {
  return (manifest.spec as { template: { spec: Pod } }).template.spec;
}
