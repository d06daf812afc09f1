import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parseAllowList } from './allow-rules.ts';
import { type AddressPolicy, checkedAddresses } from './checked-addresses.ts';
import { EgressError } from './egress-error.ts';
import { parseOwnPort } from './own-ports.ts';
import { parseTargetUrl } from './target-url.ts';

function policy(
  allow: string,
  names: Record<string, readonly string[]> = {},
  own: readonly string[] = [],
): AddressPolicy {
  return {
    allow: parseAllowList(allow),
    own: own.map(parseOwnPort),
    resolve: host => Promise.resolve(names[host] ?? []),
  };
}

async function outcome(
  allow: string,
  url: string,
  names: Record<string, readonly string[]> = {},
  own: readonly string[] = [],
): Promise<string> {
  try {
    const { host, port } = parseTargetUrl(url);
    return (await checkedAddresses(policy(allow, names, own), host, port)).join(' ');
  } catch (error) {
    if (error instanceof EgressError) return error.code;
    throw error;
  }
}

describe('with no rule', () => {
  const hostile = [
    'http://127.0.0.1/',
    'http://127.255.255.254/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://①②⑦.0.0.1/',
    'http://0.0.0.0/',
    'http://0.1.2.3/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.b.localhost/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://192.0.0.192/',
    'http://192.0.2.1/',
    'http://198.18.0.1/',
    'http://198.51.100.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:0:10.0.0.1]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[64:ff9b::a00:1]/',
    'http://[64:ff9b:1::8.8.8.8]/',
    'http://[2002:7f00:1::]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[2001:0:808:808:0:0:5601:5601]/', // Teredo, client 169.254.169.254
    'http://[2001:0:a00:1:0:0:f7f7:f7f7]/', // Teredo, server 10.0.0.1
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[fc00::1]/',
    'http://[fd00:ec2::254]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://[100::1]/',
    'http://[4000::1]/',
  ];
  test.each(hostile)('%s is refused', async url => {
    expect(await outcome('', url)).toBe('address_refused');
  });

  test.each([
    ['http://8.8.8.8/', '8.8.8.8'],
    ['http://134744072/', '8.8.8.8'],
    ['http://[2606:4700::1111]/', '2606:4700::1111'],
    ['http://[64:ff9b::808:808]/', '64:ff9b::808:808'],
    ['http://[2002:808:808::1]/', '2002:808:808::1'],
  ])('%s is public', async (url, address) => {
    expect(await outcome('', url)).toBe(address);
  });

  test('one refused address refuses the whole name', async () => {
    expect(await outcome('', 'http://mixed.example/', { 'mixed.example': ['8.8.8.8', '10.0.0.1'] })).toBe(
      'address_refused',
    );
    expect(await outcome('', 'http://odd.example/', { 'odd.example': ['not an address'] })).toBe(
      'address_refused',
    );
    expect(await outcome('', 'http://nowhere.example/')).toBe('unreachable');
  });

  test('the refusal says which setting lets the address through', async () => {
    const check = checkedAddresses(policy(''), '10.1.2.3', 8000);
    await expect(check).rejects.toThrow('add 10.1.2.3:8000 to TRAMONTANE_ALLOW_PRIVATE_NETWORKS');
    await expect(check).rejects.toMatchObject({
      data: { host: '10.1.2.3', address: '10.1.2.3', ruleHint: '10.1.2.3:8000' },
    });
  });

  test.each([
    '169.254.169.254',
    '169.254.7.7',
    'fe80::1',
    'fd00:ec2::254',
    '168.63.129.16',
    '::ffff:a9fe:a9fe',
  ])('the refusal of %s does not say how to open it', async host => {
    const refusal: unknown = await checkedAddresses(policy(''), host, 80).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'address_refused' });
    expect(refusal).not.toHaveProperty('data.ruleHint');
    expect(String(refusal)).toContain('docs/configuration.md');
    expect(String(refusal)).not.toMatch(/TRAMONTANE_|\/32|\/128/);
  });

  test('the rule named in a refusal works', async () => {
    for (const url of [
      'http://127.0.0.1:81/',
      'http://[::1]:81/',
      'http://10.0.0.1:81/',
      'http://100.64.0.1:81/',
    ]) {
      const { host, port } = parseTargetUrl(url);
      const refusal: unknown = await checkedAddresses(policy(''), host, port).catch(
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(EgressError);
      const hint = refusal instanceof EgressError ? (refusal.data.ruleHint ?? '') : '';
      expect([url, hint, await outcome(hint, url)]).toEqual([url, hint, host]);
    }
  });
});

describe('rules', () => {
  test.each([
    ['loopback', 'http://127.0.0.9/', '127.0.0.9'],
    ['loopback', 'http://localhost/', '127.0.0.1 ::1'],
    ['127.0.0.0/8', 'http://localhost/', '127.0.0.1'],
    ['loopback', 'http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['loopback', 'http://0.0.0.0/', 'address_refused'],
    ['loopback', 'http://10.0.0.1/', 'address_refused'],
    ['private', 'http://10.0.0.1/', '10.0.0.1'],
    ['private', 'http://[fd12::1]/', 'fd12::1'],
    ['private', 'http://127.0.0.1/', 'address_refused'],
    ['private', 'http://100.64.0.1/', 'address_refused'],
    ['private', 'http://169.254.169.254/', 'address_refused'],
    ['private', 'http://[fd00:ec2::254]/', 'address_refused'],
    ['10.1.0.0/16', 'http://10.1.9.9/', '10.1.9.9'],
    ['10.1.0.0/16', 'http://10.2.0.1/', 'address_refused'],
    ['0.0.0.0/0', 'http://169.254.169.254/', 'address_refused'],
    ['100.64.0.0/10', 'http://100.100.100.200/', 'address_refused'],
    ['169.254.0.0/16', 'http://169.254.1.1/', '169.254.1.1'],
    ['169.254.169.254/32', 'http://169.254.169.254/', '169.254.169.254'],
    ['100.100.100.200/32', 'http://100.100.100.200/', '100.100.100.200'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000/', '127.0.0.1'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8001/', 'address_refused'],
    ['127.0.0.1:8000', 'http://localhost:8000/', 'address_refused'],
    ['169.254.169.254:80', 'http://169.254.169.254/', 'address_refused'],
    ['db.example:80', 'http://db.example/', '10.0.0.7'],
    ['meta.example:80', 'http://meta.example/', 'address_refused'],
    ['[::1]:8000', 'http://[::1]:8000/', '::1'],
  ])('%s: %s → %s', async (allow, url, expected) => {
    expect(
      await outcome(allow, url, { 'db.example': ['10.0.0.7'], 'meta.example': ['169.254.169.254'] }),
    ).toBe(expected);
  });
});

describe('own ports', () => {
  const everything = 'loopback,private,0.0.0.0/0,::/0,0.0.0.0/8';
  const names = { 'db.example': ['10.0.0.7'], 'alias.example': ['10.0.0.7'], 'public.example': ['8.8.8.8'] };

  test('a bare port is refused on every address of this machine and nowhere else', async () => {
    for (const host of ['127.0.0.1', 'localhost', '127.9.9.9', '[::1]', '0.0.0.0', '[::ffff:127.0.0.1]']) {
      expect([host, await outcome(everything, `http://${host}:3000/`, {}, ['3000'])]).toEqual([
        host,
        'address_refused',
      ]);
    }
    const lan = Object.values(networkInterfaces())
      .flatMap(entries => entries ?? [])
      .find(entry => entry.family === 'IPv4' && !entry.internal);
    if (lan)
      expect(await outcome(everything, `http://${lan.address}:3000/`, {}, ['3000'])).toBe('address_refused');
    expect(await outcome(everything, 'http://127.0.0.1:3001/', {}, ['3000'])).toBe('127.0.0.1');
    expect(await outcome(everything, 'http://public.example:3000/', names, ['3000'])).toBe('8.8.8.8');
  });

  test('localhost:port is every address of this machine', async () => {
    expect(await outcome(everything, 'http://[::1]:5432/', {}, ['localhost:5432'])).toBe('address_refused');
    expect(await outcome(everything, 'http://127.0.0.2:5432/', {}, ['127.0.0.1:5432'])).toBe(
      'address_refused',
    );
  });

  test('a named host is refused under its name, its address and its aliases', async () => {
    for (const host of ['db.example', '10.0.0.7', 'alias.example', '[::ffff:10.0.0.7]']) {
      expect([host, await outcome(everything, `http://${host}:5432/`, names, ['db.example:5432'])]).toEqual([
        host,
        'address_refused',
      ]);
    }
    expect(await outcome(everything, 'http://db.example:5433/', names, ['db.example:5432'])).toBe('10.0.0.7');
  });

  test('an unreadable item is refused at the start', () => {
    expect(() => parseOwnPort('redis')).toThrow(EgressError);
  });
});
