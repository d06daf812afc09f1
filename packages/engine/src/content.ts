/** A piece of a message's content. One vocabulary for every model vendor; the wire and the vendors translate. */
export type Chunk =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string; readonly signature?: string }
  | { readonly kind: 'image'; readonly url: string; readonly detail?: 'low' | 'auto' | 'high' }
  | { readonly kind: 'document'; readonly url: string; readonly name?: string }
  | {
      readonly kind: 'file';
      readonly tool: string;
      readonly fileId: string;
      readonly name?: string;
      readonly type?: string;
    }
  | {
      readonly kind: 'reference';
      readonly tool: string;
      readonly title: string;
      readonly url?: string;
      readonly favicon?: string;
      readonly description?: string;
    };

export type Content = string | readonly Chunk[];

/** The words of a content: its text pieces joined; thinking and attachments are left out. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map(chunk => (chunk.kind === 'text' ? chunk.text : '')).join('');
}

export function isEmptyContent(content: Content): boolean {
  return content.length === 0;
}
