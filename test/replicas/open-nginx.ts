import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const CONFIGURATION = new URL('../../deploy/nginx/tramontane.conf', import.meta.url);
const START_MS = 10_000;

/** Whether the program is there; a test without it is skipped by name. */
export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0;
}

/**
 * nginx with the configuration of deploy/nginx.
 * @param places What stands in the configuration, and the `host:port` that takes its place here.
 */
export async function openNginx(
  folder: string,
  places: Readonly<Record<string, string>>,
): Promise<{ close(): Promise<void> }> {
  let published = await readFile(CONFIGURATION, 'utf8');
  for (const [name, place] of Object.entries(places)) {
    if (!published.includes(` ${name}`)) throw new Error(`There is no ${name} in deploy/nginx.`);
    published = published.replaceAll(` ${name}`, ` ${place}`);
  }
  // Replicas that there are none of here.
  published = published.replaceAll(/^ *server [a-z-]+-\d:.*\n/gm, '');
  await writeFile(join(folder, 'tramontane.conf'), published);
  await writeFile(join(folder, 'nginx.conf'), toMain(folder));
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(nginx.stderr);
  const ended = once(nginx, 'exit');
  const close = async (): Promise<void> => {
    if (nginx.exitCode !== null || nginx.signalCode !== null) return;
    nginx.kill('SIGTERM');
    await ended;
  };
  const listening = [...published.matchAll(/listen (\S+):(\d+);/g)];
  for (const [, host = '', port = ''] of listening) {
    for (const until = Date.now() + START_MS; !(await answers(host, Number(port)));) {
      if (nginx.exitCode !== null || Date.now() > until) {
        await close();
        throw new Error(`nginx did not start: ${await said}`);
      }
      await delay(20);
    }
  }
  return { close };
}

/** All that nginx writes stays in the folder. */
function toMain(folder: string): string {
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    pid ${folder}/nginx.pid;
    worker_processes 1;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${bodies.map(name => `${name}_temp_path ${folder}/${name};`).join('\n      ')}
      include ${folder}/tramontane.conf;
    }
  `;
}

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
