import { describe, expect, it } from 'vitest';
import { createModelCatalogue } from './catalogue.ts';
import type { ModelSettingsSource } from './catalogue.ts';

const where = (settings: ModelSettingsSource, name: string): string | undefined =>
  createModelCatalogue(settings).resolve(name)?.provider;

const MISTRAL = { mistralApiKey: 'key' };
const ENDPOINT = { baseUrl: 'http://127.0.0.1:9/v1' };

describe('createModelCatalogue', () => {
  it("sends Mistral's names to Mistral and every other name to the endpoint", () => {
    const both = { ...MISTRAL, ...ENDPOINT, offline: false };
    for (const name of [
      'mistral-large-latest',
      'magistral-small',
      'ministral-8b',
      'codestral-2508',
      'open-mistral-7b',
      'ft:open-mistral-7b:x:y',
      'labs-leanstral-1-5',
    ]) {
      expect(where(both, name)).toBe('mistral');
    }
    for (const name of ['llama3.1:8b', 'mistralai/Mistral-7B', 'gpt-4o', 'mistralx']) {
      expect(where(both, name)).toBe('openai-compatible');
    }
  });

  it('sends all names to the endpoint when Mistral has no key', () => {
    expect(where({ ...ENDPOINT, offline: true }, 'mistral-large-latest')).toBe('openai-compatible');
  });

  it('knows no other names when only Mistral is set', () => {
    expect(where({ ...MISTRAL, offline: true }, 'gpt-4o')).toBeUndefined();
  });

  it('answers offline by that name always, and by any name while no provider is set', () => {
    expect(where({ ...MISTRAL, ...ENDPOINT, offline: false }, 'offline')).toBe('offline');
    expect(where({ offline: true }, 'mistral-large-latest')).toBe('offline');
    expect(where({ offline: false }, 'mistral-large-latest')).toBeUndefined();
    expect(where({ offline: true }, '')).toBeUndefined();
  });

  it('keeps the name that was asked for', () => {
    const request = {
      model: 'any-name',
      instructions: '',
      entries: [],
      tools: [],
      toolChoice: 'auto',
      settings: {},
    } as const;
    const resolved = createModelCatalogue({ offline: true }).resolve('any-name');
    expect(resolved?.model(request).modelId).toBe('any-name');
  });
});
