/**
 * Breaks text into lines of at most `width` columns, between words where it can. Lines of the text stay lines; rows of
 * a Markdown table are cut instead, since nobody can read them broken.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap(line => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  if (line.startsWith('|') && line.length > width) return [`${line.slice(0, width - 1)}…`];
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const cut = space > width / 3 ? space : width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}

/** At most `limit` lines, and a sentence for what was left out. */
export function firstLines(text: string, limit: number): string {
  const lines = text.split('\n');
  if (lines.length <= limit) return text;
  return [...lines.slice(0, limit), `… ${lines.length - limit} more lines`].join('\n');
}
