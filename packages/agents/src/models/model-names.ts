/** Families of models that Mistral serves; `open-` and `ft:` (fine-tuned) and `labs-` may stand before them. */
const MISTRAL_NAME =
  /^(?:ft:|labs-|open-)*(?:mistral|magistral|ministral|codestral|devstral|pixtral|voxtral|mixtral|mathstral|leanstral|zai-glm)(?:[-:]|$)/i;

export function isMistralName(name: string): boolean {
  return MISTRAL_NAME.test(name);
}

/** Names shown while a Mistral key is set: its aliases that always point to a newest version. https://docs.mistral.ai/models */
export const KNOWN_MISTRAL_NAMES = [
  'mistral-large-latest',
  'mistral-medium-latest',
  'mistral-small-latest',
  'magistral-medium-latest',
  'magistral-small-latest',
  'ministral-14b-latest',
  'ministral-8b-latest',
  'ministral-3b-latest',
  'codestral-latest',
] as const;
