import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, renderConfiguration } from './config.ts';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

test('without any setting the server listens on loopback and keeps its data beside it', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    dataFolder: resolve('.tramontane'),
    databaseUrl: undefined,
    apiKeys: undefined,
    allowPrivateNetworks: [],
    trustedToolServers: [],
  });
});

test('an empty value is no value', () => {
  expect(readConfig({ TRAMONTANE_PORT: '', TRAMONTANE_API_KEYS: ' ' })).toMatchObject({
    port: 3000,
    apiKeys: undefined,
  });
});

test('lists are split at commas', () => {
  expect(readConfig({ TRAMONTANE_API_KEYS: 'one, two' }).apiKeys).toEqual(['one', 'two']);
  expect(
    readConfig({ TRAMONTANE_TRUSTED_TOOL_SERVERS: 'http://a.example/mcp, *' }).trustedToolServers,
  ).toEqual(['http://a.example', '*']);
});

test('all problems are told together, each with its name', () => {
  const problems = problemsOf({
    TRAMONTANE_PORT: '70000',
    TRAMONTANE_ALLOW_PRIVATE_NETWORKS: 'everything',
    TRAMONTANE_MODEL_BASE_URL: 'localhost:11434',
    TRAMONTANE_TYPO: '1',
  });
  for (const name of ['PORT', 'ALLOW_PRIVATE_NETWORKS', 'MODEL_BASE_URL', 'TYPO']) {
    expect(problems.filter(problem => problem.startsWith(`TRAMONTANE_${name}`))).toHaveLength(1);
  }
});

test('the guards that are on unless they are set otherwise can be set, and switched off', () => {
  const guardsOf = (wrong?: string, overload?: string) => {
    const config = readConfig({ TRAMONTANE_WRONG_KEY_LIMIT: wrong, TRAMONTANE_OVERLOAD: overload });
    return [config.wrongKeyLimit, config.overload];
  };
  expect(guardsOf()).toEqual(['20/minute', { maxInFlight: 2000, maxDelayMs: 1000 }]);
  expect(guardsOf('5/hour', 'delay=250')).toEqual(['5/hour', { maxInFlight: 2000, maxDelayMs: 250 }]);
  expect(guardsOf('off', 'off')).toEqual([undefined, undefined]);
  for (const overload of ['much', 'requests=0', 'requests=1.5', 'delay=1s', 'memory=1'])
    expect(problemsOf({ TRAMONTANE_OVERLOAD: overload })).toEqual([
      expect.stringContaining(`${JSON.stringify(overload)} cannot be read`),
    ]);
  expect(problemsOf({ TRAMONTANE_WRONG_KEY_LIMIT: 'never' })).toHaveLength(1);
});

test('lines go to a file, or to the standard output', () => {
  const { callLog, auditLog } = readConfig({
    TRAMONTANE_CALL_LOG: 'stdout',
    TRAMONTANE_AUDIT_LOG: 'audit.log',
  });
  expect([callLog, auditLog]).toEqual(['stdout', resolve('audit.log')]);
});

test('no problem shows a secret', () => {
  const problems = problemsOf({
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    TRAMONTANE_SECRET_KEY: 'hunter2',
    TRAMONTANE_API_KEYS: 'hunter2 with a space',
  });
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain('hunter2');
});

test('a shared database asks for keys of its own', () => {
  expect(problemsOf({ DATABASE_URL: 'postgresql://u@db/x' })).toHaveLength(2);
  expect(
    problemsOf({
      DATABASE_URL: 'postgresql://u@db/x',
      TRAMONTANE_API_KEYS: 'one',
      TRAMONTANE_SECRET_KEY: 'sixteen characters',
    }),
  ).toEqual([]);
});

describe('names that Kubernetes gives to pods beside a service named tramontane', () => {
  test('are not taken for settings', () => {
    const config = readConfig({
      TRAMONTANE_PORT: 'tcp://10.0.0.1:80',
      TRAMONTANE_PORT_80_TCP_ADDR: '10.0.0.1',
      TRAMONTANE_SERVICE_HOST: '10.0.0.1',
    });
    expect(config.port).toBe(3000);
  });
});

test('the page of settings has a row for each', () => {
  expect(renderConfiguration().match(/^\| `/gm)).toHaveLength(Object.keys(readConfig({})).length);
});

test('of the edge everything is off until it is set, and what cannot be read is told', () => {
  expect(readConfig({})).toMatchObject({
    rateLimit: undefined,
    globalRateLimit: undefined,
    redisUrl: undefined,
    allowedIps: undefined,
    trustedProxies: undefined,
    corsOrigins: undefined,
    metricsToken: undefined,
  });
  const given = {
    TRAMONTANE_RATE_LIMIT: '100/minute',
    TRAMONTANE_CORS_ORIGINS: 'https://app.example/, *',
    ALLOWED_IPS: '10.0.0.0/8, ::1',
  };
  expect(readConfig(given)).toMatchObject({
    rateLimit: '100/minute',
    corsOrigins: ['https://app.example', '*'],
    allowedIps: ['10.0.0.0/8', '::1'],
  });
  const problems = problemsOf({
    TRAMONTANE_RATE_LIMIT: 'often',
    REDIS_URL: 'http://user:secret-of-redis@cache',
    TRAMONTANE_CORS_ORIGINS: 'app.example',
    ALLOWED_IPS: '10.0.0.0/99',
    TRUSTED_PROXIES: 'proxy',
    TRAMONTANE_METRICS_TOKEN: 'secret of the scraper',
  });
  expect(problems.map(problem => problem.split(':')[0])).toEqual([
    'TRAMONTANE_RATE_LIMIT',
    'REDIS_URL',
    'ALLOWED_IPS',
    'TRUSTED_PROXIES',
    'TRAMONTANE_CORS_ORIGINS',
    'TRAMONTANE_METRICS_TOKEN',
  ]);
  expect(problems[0]).toContain('an amount and a time: 100/minute');
  expect(problems.join()).not.toMatch(/secret.of/);
  expect(problemsOf({ TRAMONTANE_API_KEYS: 'schlüssel' })).toEqual([
    'TRAMONTANE_API_KEYS: a key has a character that no header can carry. Use letters, digits and signs of ASCII.',
  ]);
});

test('limits of tool servers are seconds by name; what is not named keeps its default', () => {
  const of = (text: string) => readConfig({ TRAMONTANE_TOOL_TIMEOUTS: text }).toolTimeouts;
  expect(of('')).toEqual({ connectMs: 30_000, idleMs: 30_000, totalMs: 600_000 });
  expect(of('idle=90, total = 0.5')).toEqual({ connectMs: 30_000, idleMs: 90_000, totalMs: 500 });
  for (const wrong of ['idle', 'idle=0', 'idle=-1', 'later=5', 'idle=1e9', 'idle=5s'])
    expect(problemsOf({ TRAMONTANE_TOOL_TIMEOUTS: wrong })).toMatchObject([
      expect.stringContaining(`${JSON.stringify(wrong)} is no limit`),
    ]);
});
