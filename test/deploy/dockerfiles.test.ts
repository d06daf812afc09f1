import { expect, test } from 'vitest';
import { environmentOf, execForm, readDockerfile, stageOf } from './dockerfile.ts';

const images = [
  ['the Agents API', 'deploy/docker/Dockerfile', undefined],
  ['the company server', 'deploy/docker/Dockerfile', 'company'],
  ["the kit's template", 'packages/mcp-server/templates/server/Dockerfile', undefined],
] as const;

test.each(images)('the image of %s keeps the rules', (_name, path, stage) => {
  const instructions = readDockerfile(path);
  const { image, steps } = stageOf(instructions, stage);
  expect(image).toBe('node:24-bookworm-slim');
  for (const { rest } of instructions.filter(({ name, rest: text }) => name === 'FROM' && text.includes(':')))
    expect(rest).toMatch(/^node:24-bookworm-slim\b/);
  const of = (wanted: string) => steps.filter(({ name }) => name === wanted).map(({ rest }) => rest);
  expect(of('USER')).toEqual(['1000:1000']);
  expect(of('EXPOSE')).toEqual(['8000']);
  expect(of('HEALTHCHECK')[0]).toContain('--interval=30s --timeout=3s --start-period=5s --retries=3 CMD [');
  expect(of('HEALTHCHECK')[0]).toContain('/health');
  // Process 1 is node itself, so a stop signal reaches it.
  const [program] = [...execForm(steps, 'ENTRYPOINT'), ...execForm(steps, 'CMD')];
  expect(program).toBe('node');
  expect(environmentOf(steps)).toMatchObject({ NODE_ENV: 'production' });
  // What the build needs stays in its stage.
  expect(of('RUN')).toEqual([]);
  expect(of('COPY').some(rest => rest.startsWith('--from='))).toBe(true);
});
