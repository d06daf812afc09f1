import type { Chunk, Content } from '@tramontane/engine';
import type {
  LanguageModelV4FilePart,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
} from '@ai-sdk/provider';
import { DATA_URL, decodeLoosely, textOfDocument } from '../core/text-document.ts';

type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;
type AssistantPart = LanguageModelV4TextPart | LanguageModelV4ReasoningPart;

/** A user's content as prompt parts: text, pictures, documents. */
export function toUserParts(content: Content): UserPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const parts: UserPart[] = [];
  for (const chunk of content) {
    if (chunk.kind === 'image') {
      parts.push(toFilePart(chunk.url, 'image/*', undefined) ?? text(`[Image: ${shorten(chunk.url)}]`));
    } else if (chunk.kind === 'document') {
      parts.push(
        toFilePart(chunk.url, guessMediaType(chunk.name ?? chunk.url), chunk.name) ??
          text(`[Document: ${chunk.name ?? shorten(chunk.url)}]`),
      );
    } else if (chunk.kind !== 'thinking') {
      pushText(parts, textOfChunk(chunk));
    }
  }
  return parts.length > 0 ? parts : [text('')];
}

/** A model's own content as prompt parts. Vendors take no files here, so attachments become a word in brackets. */
export function toAssistantParts(content: Content): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [text(content)];
  const parts: AssistantPart[] = [];
  for (const chunk of content) {
    if (chunk.kind === 'thinking') parts.push({ type: 'reasoning', text: chunk.text });
    else pushText(parts, textOfChunk(chunk));
  }
  return parts;
}

function text(words: string): LanguageModelV4TextPart {
  return { type: 'text', text: words };
}

function pushText(parts: (UserPart | AssistantPart)[], words: string): void {
  const last = parts.at(-1);
  if (last?.type === 'text') parts[parts.length - 1] = text(last.text + words);
  else if (words !== '') parts.push(text(words));
}

function textOfChunk(chunk: Exclude<Chunk, { kind: 'thinking' }>): string {
  switch (chunk.kind) {
    case 'text':
      return chunk.text;
    case 'image':
      return `[Image: ${shorten(chunk.url)}]`;
    case 'document':
      return `[Document: ${chunk.name ?? shorten(chunk.url)}]`;
    case 'file':
      return `[File: ${chunk.name ?? chunk.fileId}]`;
    case 'reference':
      return chunk.url === undefined ? `[${chunk.title}]` : `[${chunk.title}](${chunk.url})`;
  }
}

function shorten(url: string): string {
  return url.length > 200 ? `${url.slice(0, 40)}…` : url;
}

function toFilePart(url: string, fallback: string, name: string | undefined): UserPart | undefined {
  const filename = name === undefined ? {} : { filename: name };
  // A text document goes as text: it is the one form that every vendor takes.
  const words = textOfDocument(url);
  if (words !== undefined) return text(name === undefined ? words : `${name}:\n${words}`);
  const inline = DATA_URL.exec(url);
  if (inline) {
    const mediaType = inline[1] || fallback;
    const body = url.slice(inline[0].length);
    const base64 = inline[2]?.endsWith(';base64') ?? false;
    const data = base64 ? body : Buffer.from(decodeLoosely(body), 'utf8').toString('base64');
    return { type: 'file', mediaType, data: { type: 'data', data }, ...filename };
  }
  if (!URL.canParse(url)) return undefined;
  return { type: 'file', mediaType: fallback, data: { type: 'url', url: new URL(url) }, ...filename };
}

/** Whatever is not a picture is called a PDF: the only document type that vendors fetch from an address themselves. */
function guessMediaType(name: string): string {
  const query = name.search(/[?#]/);
  const ending = /\.([a-z0-9]+)$/i
    .exec((query === -1 ? name : name.slice(0, query)).slice(-10))?.[1]
    ?.toLowerCase();
  if (ending === 'png' || ending === 'jpg' || ending === 'jpeg' || ending === 'webp' || ending === 'gif') {
    return `image/${ending === 'jpg' ? 'jpeg' : ending}`;
  }
  return 'application/pdf';
}
